import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricOf } from '../../tests/harness/broker.ts'
import { createTelemetry } from '../telemetry.ts'
import { framesOf } from './frames.ts'
import { createHub, type News } from './hub.ts'

const news = (version: number, type = 'user.thing.happened'): News => ({ type, version, data: null })
const all = () => true

function setUp() {
  const telemetry = createTelemetry('test')
  const hub = createHub(telemetry)
  return { telemetry, hub }
}

type Frame = { version: number; snapshot: boolean }

/** Follows a topic whose owner stands at `state.version`. */
function follow(hub: ReturnType<typeof createHub>, state: { version: number }, latest = false) {
  return framesOf<Frame>(hub.follow({ topic: 'user_lan', wants: all, latest }), {
    look: async () => ({ version: state.version, snapshot: true }),
    show: ({ version }) => ({ version, snapshot: false }),
  })
}

const take = async (frames: AsyncIterator<Frame>, count: number) => {
  const taken: (Frame | undefined)[] = []
  for (let i = 0; i < count; i += 1) taken.push((await frames.next()).value)
  return taken.map((frame) => frame && `${frame.version}${frame.snapshot ? ' as it stands' : ''}`)
}

test('the first frame is how things stand, then news come in order, each version once', async () => {
  const { hub } = setUp()
  const frames = follow(hub, { version: 4 })
  for (const version of [3, 4, 5, 5, 6]) hub.tell('user_lan', news(version))
  assert.deepEqual(await take(frames, 3), ['4 as it stands', '5', '6'])
})

test('news of others are never heard', async () => {
  const { hub } = setUp()
  const frames = follow(hub, { version: 0 })
  for (let i = 1; i <= 10_000; i += 1) hub.tell(`user_${i}`, news(i))
  hub.tell('user_lan', news(1))
  assert.deepEqual(await take(frames, 2), ['0 as it stands', '1'])
})

test('where a version was skipped, and where news may be lost, the subscriber is shown how things stand', async () => {
  const { hub } = setUp()
  const state = { version: 1 }
  const frames = follow(hub, state)
  assert.deepEqual(await take(frames, 1), ['1 as it stands'])
  hub.tell('user_lan', news(2))
  state.version = 4
  hub.tell('user_lan', news(4))
  assert.deepEqual(await take(frames, 1), ['4 as it stands'])
  state.version = 7
  hub.lost()
  assert.deepEqual(await take(frames, 1), ['7 as it stands'])
})

test('a subscriber that does not keep up is bounded, and is shown how things stand instead', async () => {
  const { hub, telemetry } = setUp()
  const state = { version: 0 }
  const frames = follow(hub, state)
  await take(frames, 1)
  for (let version = 1; version <= 1_000; version += 1) hub.tell('user_lan', news(version))
  state.version = 1_000
  const [first] = await take(frames, 1)
  assert.equal(first, '1000 as it stands')
  assert((await metricOf(telemetry, 'live_dropped_total')) >= 900)
})

test('of stats that change fast only the last is sent, and never instead of the first look', async () => {
  const { hub } = setUp()
  const frames = follow(hub, { version: 1 }, true)
  for (const version of [2, 3]) hub.tell('user_lan', news(version))
  const state = await take(frames, 1)
  assert.deepEqual(state, ['1 as it stands'])
  for (const version of [4, 5, 6]) hub.tell('user_lan', news(version))
  assert.deepEqual(await take(frames, 1), ['6'])
})

test('W11 whoever leaves while waiting leaves at once, and nothing of them stays', async () => {
  const { hub, telemetry } = setUp()
  for (let i = 0; i < 1_000; i += 1) {
    const frames = follow(hub, { version: 0 })
    await frames.next()
    const waiting = frames.next()
    assert.equal(await metricOf(telemetry, 'live_subscriptions'), 1)
    await frames.return?.()
    assert.deepEqual(await waiting, { value: undefined, done: true })
    assert.deepEqual(await frames.next(), { value: undefined, done: true })
  }
  assert.equal(hub.size(), 0)
  assert.equal(await metricOf(telemetry, 'live_subscriptions'), 0)
})

test('a look that fails ends the subscription, and leaves nobody behind', async () => {
  const { hub } = setUp()
  const frames = framesOf(hub.follow({ topic: 'user_lan', wants: all }), {
    look: () => Promise.reject(new Error('the database is away')),
    show: news,
  } as never)
  await assert.rejects(async () => frames.next(), /away/)
  assert.equal(hub.size(), 0)
})
