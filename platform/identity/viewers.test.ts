import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTelemetry } from '../telemetry.ts'
import { bareViewer, type Viewer } from './viewer.ts'
import { createViewers } from './viewers.ts'

const identity = { userId: 'user_lan', sessionId: 'sess_1' }
const token = { identity, expiresAt: 90_000 }
const admin: Viewer = { ...bareViewer(identity), permissions: ['admin:users'] }

function given(answer: Viewer | null) {
  const state = { answer, away: false, asked: 0, time: 0, wait: Promise.resolve() }
  const telemetry = createTelemetry('test')
  const ask = async () => {
    state.asked += 1
    const { answer: now } = state
    await state.wait
    if (state.away) throw new Error('away')
    return now
  }
  const viewers = createViewers({ ask, telemetry, now: () => state.time })
  const degraded = async () =>
    (await telemetry.registry.getSingleMetric('viewers_degraded_total')?.get())?.values[0]?.value
  return { state, viewers, degraded }
}
const void_ = { name: 'Refusal', extensions: { code: 'UNAUTHENTICATED' } }

test('a session is asked for once, also by twenty at a time, and again after a minute', async () => {
  const { state, viewers } = given(admin)
  const found = await Promise.all(Array.from({ length: 20 }, () => viewers.of(token)))
  assert.deepEqual(found[19], admin)
  state.time = 59_999
  await viewers.of(token)
  assert.equal(state.asked, 1)
  state.time = 60_000
  await viewers.of(token)
  assert.equal(state.asked, 2)
})

test('a void session and a suspended user are refused, and nobody asks about them twice', async () => {
  for (const answer of [null, { ...admin, status: 'SUSPENDED' as const }]) {
    const { state, viewers } = given(answer)
    await assert.rejects(viewers.of(token), void_)
    await assert.rejects(viewers.of(token), void_)
    assert.equal(state.asked, 1)
  }
})

test('a revoked session is refused at once, whatever is on its way', async () => {
  const { state, viewers } = given(admin)
  const { promise, resolve } = Promise.withResolvers<void>()
  state.wait = promise
  const before = viewers.of(token)
  viewers.revoke('sess_1')
  resolve()
  await before
  await assert.rejects(viewers.of(token), void_)
})

test('after a change of the user it is asked again, and an answer from before it is not kept', async () => {
  const { state, viewers } = given(admin)
  const { promise, resolve } = Promise.withResolvers<void>()
  state.wait = promise
  const before = viewers.of(token)
  state.answer = bareViewer(identity)
  viewers.forget('user_lan')
  resolve()
  await before
  assert.deepEqual(await viewers.of(token), bareViewer(identity))
  viewers.forget('user_lan')
  await viewers.of(token)
  assert.equal(state.asked, 3)
})

test('who comes after a change does not wait for what was asked before it, and the later answer stays', async () => {
  const { state, viewers } = given(admin)
  const early = Promise.withResolvers<void>()
  state.wait = early.promise
  const before = viewers.of(token)
  viewers.forget('user_lan')
  state.answer = bareViewer(identity)
  const late = Promise.withResolvers<void>()
  state.wait = late.promise
  const after = [viewers.of(token)]
  early.resolve()
  await before
  after.push(viewers.of(token))
  late.resolve()
  for (const viewer of await Promise.all(after)) assert.deepEqual(viewer, bareViewer(identity))
  assert.deepEqual(await viewers.of(token), bareViewer(identity))
  assert.equal(state.asked, 2)
})

test('a change of one user lets what is asked about another be kept', async () => {
  const { state, viewers } = given(admin)
  const asking = viewers.of(token)
  viewers.forget('user_an')
  viewers.revoke('sess_an')
  await asking
  await viewers.of(token)
  assert.equal(state.asked, 1)
})

test('while nobody answers a known session goes on to the end of its token, an unknown one without permissions', async () => {
  const { state, viewers, degraded } = given(admin)
  await viewers.of(token)
  state.away = true
  state.time = 70_000
  assert.deepEqual(await viewers.of(token), admin)
  const other = { identity: { userId: 'user_an', sessionId: 'sess_2' }, expiresAt: 90_000 }
  assert.deepEqual(await viewers.of(other), bareViewer(other.identity))
  assert.equal(await degraded(), 1)
  state.time = 90_000
  assert.deepEqual(await viewers.of({ ...token, expiresAt: 150_000 }), bareViewer(identity))
  assert.equal(await degraded(), 2)
})

test('who does not answer is not asked more than once a second', async () => {
  const { state, viewers } = given(admin)
  state.away = true
  for (let i = 0; i < 10; i += 1) await viewers.of(token)
  assert.equal(state.asked, 1)
  state.time = 1_000
  state.away = false
  assert.deepEqual(await viewers.of(token), admin)
})
