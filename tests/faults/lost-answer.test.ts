import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import pg from 'pg'
import { freePort } from '../../dev/ports.ts'
import { root } from '../../dev/subgraphs.ts'
import { callerEnv, openIssuer, send, signedCall, viewerOf } from '../harness/caller.ts'
import { databaseFor } from '../harness/database.ts'
import { namedOperation } from '../harness/operations.ts'
import { startProxy } from '../harness/proxy.ts'
import { until } from '../harness/until.ts'

const database = await databaseFor('user')
const issuer = await openIssuer()
after(issuer.close)
const [port, adminPort] = [await freePort(), await freePort()]
const env = {
  ...process.env,
  ...callerEnv(issuer.url),
  VIEWER_URL: issuer.url,
  USER_PORT: String(port),
  USER_ADMIN_PORT: String(adminPort),
  USER_DATABASE_URL: database,
}

/** Starts user as a process and waits until it is ready. */
async function startUser(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [`${root}/subgraphs/user/main.ts`], { env, stdio: 'ignore' })
  process.once('exit', () => child.kill('SIGKILL'))
  const isReady = () =>
    fetch(`http://127.0.0.1:${adminPort}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until('user is ready', isReady, 30_000)
  return child
}

const count = async (table: string): Promise<number> => {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  const { rows } = await client.query(`SELECT count(*)::int AS count FROM ${table}`)
  await client.end()
  return rows[0].count
}

test('U9 a service killed after the effect and before its answer has the stored answer when it is asked again', async () => {
  const input = { lessonId: 'l', percent: 100, correct: 10, total: 10, seconds: 60, idempotencyKey: 'lost' }
  const call = () =>
    signedCall({ query: namedOperation('RecordProgress'), variables: { input } }, viewerOf('user_lost'))
  const url = (at: number) => `http://127.0.0.1:${at}/graphql`
  const first = await startUser()
  const proxy = await startProxy({ host: '127.0.0.1', port })
  proxy.onServerData(({ client }) => {
    first.kill('SIGKILL')
    client.resetAndDestroy()
    return false
  })
  const gone = once(first, 'exit')
  await assert.rejects(send(url(proxy.port), call()))
  await gone
  await proxy.close()
  assert.deepEqual([await count('reports'), await count('lesson_progress')], [1, 1])
  const events = await count('outbox')

  const second = await startUser()
  const answers = [await send(url(port), call()), await send(url(port), call())].map(({ json }) => json())
  for (const { data, errors } of answers) {
    assert.equal(errors, undefined)
    assert.deepEqual([data.recordProgress.xpAwarded, data.recordProgress.streakExtended], [10, true])
  }
  assert.deepEqual(answers[1], answers[0])
  assert.deepEqual([await count('reports'), await count('outbox')], [1, events])
  const ended = once(second, 'exit')
  second.kill('SIGKILL')
  await ended
})
