import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Rejected } from '@puchi/platform/broker'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { messageOf } from '../tests/harness/broker.ts'
import { until } from '../tests/harness/until.ts'
import { openBroker } from './broker.ts'
import { findScripts } from './rabbit-node.ts'
import { root } from './subgraphs.ts'

test('a dead letter of a running system is listed, shown and put back once', () => lookAfter(false))

test(
  'so is one of a system that runs on a RabbitMQ of its own',
  {
    skip: !findScripts() && 'there is no rabbitmq-server',
  },
  () => lookAfter(true),
)

async function lookAfter(rabbit: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-events-'))
  const { RABBITMQ_URL: _, ...env } = process.env
  delete process.env['RABBITMQ_URL']
  const broker = await openBroker(folder, rabbit)
  const parts = {
    url: broker.url,
    service: 'user',
    log: createLog('test', 'silent'),
    telemetry: createTelemetry('user'),
  }
  const user = await broker.connect({ ...parts, consumes: ['auth.user.created'] })
  let isWell = false
  const seen: string[] = []
  await user.consume('user', async ({ id }) => {
    if (!isWell) throw new Rejected('no such contract')
    seen.push(id)
  })
  const message = messageOf('auth.user.created')
  await user.publish(message)
  await until('it is dead', async () => (await user.dead('user')).length === 1)

  const events = async (...args: string[]) =>
    (
      await promisify(execFile)(process.execPath, [`${root}/dev/events.ts`, ...args], {
        env: { ...env, DATA_DIR: folder },
      })
    ).stdout
  assert.match(await events('dead', 'list'), new RegExp(message.id))
  assert.match(await events('dead', 'show', message.id), /no such contract/)
  isWell = true
  await events('dead', 'replay', message.id)
  await until('it is applied', () => seen.length === 1)
  await assert.rejects(events('dead', 'replay', message.id))
  assert.deepEqual(seen, [message.id])
  await user.close()
  await broker.close()
}
