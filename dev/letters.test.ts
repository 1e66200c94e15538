import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import type { Delivery } from '@puchi/platform/broker'
import { createEmbeddedBroker } from '@puchi/platform/broker/embedded/broker'
import { createEmbeddedHub } from '@puchi/platform/broker/embedded/hub'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { userCreated } from '@puchi/schema/events'
import { until } from '../tests/harness/until.ts'
import { runningLetters, serveLetters } from './letters.ts'
import { root } from './subgraphs.ts'

const folder = mkdtempSync(join(tmpdir(), 'puchi-letters-'))
after(() => rmSync(folder, { recursive: true }))

async function openUser(handle: (delivery: Delivery) => Promise<void>) {
  const hub = createEmbeddedHub({ folder: join(folder, 'broker') })
  const common = { log: createLog('test', 'silent'), telemetry: createTelemetry('test') }
  const options = { hub, service: 'user', consumes: [userCreated.key], retryDelays: [1, 1, 1, 1], ...common }
  const broker = await createEmbeddedBroker(options)
  await broker.consume('user', handle)
  const close = async () => {
    await broker.close()
    await hub.close()
  }
  return { broker, close }
}

async function events(...args: string[]): Promise<string> {
  const { RABBITMQ_URL, ...env } = process.env
  const options = { env: { ...env, DATA_DIR: folder } }
  const run = promisify(execFile)(process.execPath, [`${root}/dev/events.ts`, 'dead', ...args], options)
  return (await run.catch((failed: { stderr: string }) => ({ stdout: failed.stderr }))).stdout
}

test('dead letters of the embedded broker are listed and replayed, while it runs and after', async () => {
  const handled: string[] = []
  let isRepaired = false
  const handle = async ({ id }: Delivery) => {
    if (!isRepaired) throw new Error('not repaired yet')
    handled.push(id)
  }
  const { broker, close } = await openUser(handle)
  const door = await serveLetters(folder, broker)
  for (const id of ['event-1', 'event-2'])
    await broker.publish({ id, key: userCreated.key, body: Buffer.from('{}') })
  await until('both are dead', async () => (await broker.dead('user')).length === 2)

  assert.match(await events('list'), /event-1 .*\n.*not repaired yet\n.*event-2[\s\S]*2 in all/)
  isRepaired = true
  assert.match(await events('replay', 'event-1'), /event-1 is back in the queue of user/)
  await until('it is handled', () => handled.length === 1)
  assert.match(await events('replay', 'event-1'), /No dead letter has the id event-1/)
  await door.close()
  await close()
  assert.equal(await runningLetters(folder), undefined)

  assert.match(await events('replay', '--all'), /event-2 is back/)
  const again = await openUser(handle)
  await until('the next start handles it', () => handled.length === 2)
  assert.deepEqual(handled, ['event-1', 'event-2'])
  await again.close()
})

test('a folder for temporary files that takes no socket is said in a sentence', async () => {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = join(folder, 'none')
  const nobody = { dead: async () => [], replay: async () => false }
  await assert.rejects(
    serveLetters(folder, nobody),
    /^Error: The folder for temporary files, .*none, .*TMPDIR/,
  )
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
})
