import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createClerkClient } from '@clerk/backend'
import { bareViewer } from '@puchi/platform/identity/viewer'
import { learners } from '@puchi/prisma/learners'
import { newKey } from '../../dev/identity/key.ts'
import { startIdentity } from '../../dev/identity.ts'
import { freePort } from '../../dev/ports.ts'
import { asOwner, asService } from '../harness/auth-database.ts'
import { callerEnv, type Operation, send, signedCall } from '../harness/caller.ts'
import { databaseFor } from '../harness/database.ts'
import { namedOperation } from '../harness/operations.ts'
import { spawnService } from '../harness/processes.ts'
import { startProxy } from '../harness/proxy.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const times = isFull ? 50 : 2
const nowhere = 'http://127.0.0.1:9'
const secretKey = 'sk_test_answers_lost'
const identity = await startIdentity({ port: 0, users: learners, secretKey, key: await newKey() })
after(() => identity.close())

type Call = { asked: Operation; viewer: Parameters<typeof signedCall>[1] }

async function serve(name: 'auth' | 'user', database: string) {
  const part = name.toUpperCase()
  const service = spawnService(name, `subgraphs/${name}`, {
    ...process.env,
    ...callerEnv(nowhere),
    VIEWER_URL: nowhere,
    REFRESH_TOKEN_SECRETS: 'r'.repeat(32),
    CLERK_SECRET_KEY: secretKey,
    CLERK_API_URL: identity.url,
    CLERK_WEBHOOK_SECRETS: 'whsec_dGVzdA==',
    [`${part}_PORT`]: String(await freePort()),
    [`${part}_ADMIN_PORT`]: String(await freePort()),
    [`${part}_DATABASE_URL`]: name === 'auth' ? asService(database) : database,
  })
  await service.ready
  const ask = async ({ asked, viewer }: Call, url = service.url) => {
    const { json } = await send(url, signedCall(asked, viewer))
    const { data, errors } = json()
    assert.equal(errors, undefined, JSON.stringify(errors))
    return data
  }
  return { ...service, ask }
}

/** Has a call's effect happen and its answer lost: once it is there, the process is killed. */
async function loseAnswer(
  service: Awaited<ReturnType<typeof serve>>,
  call: Call,
  isThere: () => Promise<boolean>,
) {
  const { hostname, port } = new URL(service.url)
  const proxy = await startProxy({ host: hostname, port: Number(port) })
  proxy.onServerData(() => false)
  const lost = service.ask(call, `http://127.0.0.1:${proxy.port}/graphql`)
  const failed = assert.rejects(lost)
  await until('the effect is there', isThere)
  await service.kill()
  await failed
  await proxy.close()
}

test('U9 a report whose process died after its effect and before its answer is answered as it was, and counted once', async () => {
  const database = await databaseFor('user')
  let service = await serve('user', database)
  for (let i = 1; i <= times; i += 1) {
    const input = { percent: 100, correct: 10, total: 10, seconds: 60 }
    const own = { ...input, lessonId: `lesson_u9_${i}`, idempotencyKey: `key_${i}` }
    const viewer = bareViewer({ userId: 'user_lan', sessionId: 'sess_lan' })
    const call = { asked: { query: namedOperation('RecordProgress'), variables: { input: own } }, viewer }
    const reports = async () =>
      (await asOwner(database, 'SELECT FROM reports WHERE idempotency_key = $1', [`key_${i}`])).length
    const rows = async (table: string) => (await asOwner(database, `SELECT FROM ${table}`)).length
    const successor = await serve('user', database)
    await loseAnswer(service, call, async () => (await reports()) === 1)
    service = successor
    assert.deepEqual([await rows('reports'), await rows('lesson_progress')], [i, i])
    const events = await rows('outbox')
    const { recordProgress } = await service.ask(call)
    assert.deepEqual([recordProgress.xpAwarded, recordProgress.progress.status], [10, 'COMPLETED'])
    assert.equal(recordProgress.streakExtended, i === 1)
    assert.equal(await reports(), 1)
    assert.deepEqual(await service.ask(call), { recordProgress })
    assert.deepEqual([await rows('reports'), await rows('outbox')], [i, events])
    const me = await service.ask({ asked: { query: '{ me { stats { totalXp } } }' }, viewer })
    assert.equal(me.me.stats.totalXp, 10 * i)
  }
  await service.close()
})

test('U9 a refresh whose process died after it rotated the token gives the same successor, and one alone', async () => {
  const database = await databaseFor('auth')
  const { sessions } = createClerkClient({ secretKey, apiUrl: identity.url, telemetry: { disabled: true } })
  let service = await serve('auth', database)
  for (let i = 1; i <= times; i += 1) {
    const { id } = await sessions.createSession({ userId: 'user_anpham' })
    const viewer = bareViewer({ userId: 'user_anpham', sessionId: id })
    const { login } = await service.ask({ asked: { query: namedOperation('Login') }, viewer })
    const query = namedOperation('RefreshToken')
    const refresh = (refreshToken: string): Call => ({
      asked: { query, variables: { refreshToken } },
      viewer: null,
    })
    const count = async (where: string) =>
      (await asOwner(database, `SELECT FROM refresh_tokens WHERE session_id = $1 AND ${where}`, [id])).length
    const call = refresh(login.refreshToken)
    const successor = await serve('auth', database)
    await loseAnswer(service, call, async () => (await count('rotated_at IS NOT NULL')) === 1)
    service = successor
    const { refreshToken } = await service.ask(call)
    assert.equal((await service.ask(call)).refreshToken.refreshToken, refreshToken.refreshToken)
    assert.deepEqual([await count('true'), await count('rotated_at IS NULL')], [2, 1])
    const next = await service.ask(refresh(refreshToken.refreshToken))
    assert.notEqual(next.refreshToken.refreshToken, refreshToken.refreshToken)
    const audited = "SELECT FROM audit_log WHERE action = 'auth.refresh' AND resource_id = $1"
    assert.equal((await asOwner(database, audited, [id])).length, 2)
  }
  await service.close()
})
