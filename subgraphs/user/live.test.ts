import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Message } from '@puchi/platform/broker'
import type { Service } from '@puchi/platform/lifecycle'
import { createTelemetry } from '@puchi/platform/telemetry'
import { progressUpdated } from '@puchi/schema/events'
import { encode } from '@puchi/schema/events/envelope'
import { GRAPHQL_MAX_INT } from 'graphql'
import WebSocket from 'ws'
import { embeddedBroker } from '../../dev/broker.ts'
import { quiet } from '../../tests/harness/broker.ts'
import { callerEnv, type Issuer, openIssuer, send, signedCall, viewerOf } from '../../tests/harness/caller.ts'
import { databaseFor } from '../../tests/harness/database.ts'
import { anotherRouter, type LiveRouter, ourRouter } from '../../tests/harness/live.ts'
import { namedOperation } from '../../tests/harness/operations.ts'
import { until } from '../../tests/harness/until.ts'
import { start } from './main.ts'

let issuer: Issuer
let service: Service
const broker = embeddedBroker(mkdtempSync(join(tmpdir(), 'puchi-live-')))
before(async () => {
  issuer = await openIssuer()
  const database = await databaseFor('user')
  const own = {
    USER_PORT: '0',
    USER_ADMIN_PORT: '0',
    USER_DATABASE_URL: database,
    VIEWER_URL: 'http://127.0.0.1:9',
  }
  service = await start({ ...callerEnv(issuer.url), ...own }, broker.connect)
})
after(async () => {
  await service.close()
  await broker.close()
  await issuer.close()
})

const { key } = progressUpdated

/** Progress in the lesson "w8", as a learner's own service would tell it. */
function told(userId: string, version: number, percent: number): Message {
  const id = randomUUID()
  const about = { id, occurredAt: new Date().toISOString(), correlationId: id, actor: userId }
  const data = { userId, lessonId: 'w8', status: 'IN_PROGRESS', percent }
  const body = encode(progressUpdated, { ...about, aggregate: { id: userId, version } }, data)
  return { id, key, body: Buffer.from(body) }
}

let reports = 0

async function change(userId: string, query: string, variables: Record<string, unknown>): Promise<void> {
  const { text, json } = await send(service.url, signedCall({ query, variables }, viewerOf(userId)))
  assert.equal(json().errors, undefined, text)
}

/** Records an attempt with every answer right. */
const learn = (userId: string, lessonId: string, percent: number) => {
  reports += 1
  const input = { lessonId, percent, correct: 5, total: 5, seconds: 60, idempotencyKey: `key-${reports}` }
  return change(userId, namedOperation('RecordProgress'), { input })
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text()
  return Number(new RegExp(`^${name}\\{.*\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
}

const progress = (lessonId: string, after?: number) => ({
  query: namedOperation('ProgressUpdated'),
  variables: { lessonId, ...(after !== undefined && { after }) },
})

const routers: [string, () => LiveRouter][] = [
  ['our router', () => ourRouter(service.url)],
  ['another router', () => anotherRouter(service.url, issuer.token)],
]

for (const [name, openRouter] of routers)
  describe(`subscriptions through ${name}`, () => {
    let router: LiveRouter
    before(() => {
      router = openRouter()
    })
    after(() => router.close())
    const learner = `user_${name.split(' ')[0]}`

    test('progress: first how it stands, then every change that was committed, in order', async () => {
      const frames = await router.follow(learner, progress('lesson_1'))
      const first = await frames.next()
      assert.deepEqual(
        [first.snapshot, first.status, first.percent, first.lesson.id],
        [true, 'NOT_STARTED', 0, 'lesson_1'],
      )
      await learn(learner, 'lesson_other', 10)
      let last = first.version
      for (const percent of [20, 50, 100]) {
        await learn(learner, 'lesson_1', percent)
        const frame = await frames.next()
        assert.deepEqual([frame.snapshot, frame.percent, frame.user.id], [false, percent, learner])
        assert(frame.version > last)
        last = frame.version
        // What raises nothing is no change: of this report nobody hears.
        await learn(learner, 'lesson_1', percent - 15)
      }
      frames.close()
    })

    test('W9 whoever comes back is shown first what they missed', async () => {
      const frames = await router.follow(learner, progress('lesson_2'))
      const { version } = await frames.next()
      frames.close()
      await learn(learner, 'lesson_2', 40)
      const again = await router.follow(learner, progress('lesson_2', version))
      const frame = await again.next()
      assert.deepEqual([frame.snapshot, frame.percent, frame.version > version], [true, 40, true])
      again.close()
    })

    test('stats, achievements and profile follow the viewer', async () => {
      const who = `${learner}_all`
      const open = (operation: string) => router.follow(who, { query: namedOperation(operation) })
      const stats = await open('StatsUpdated')
      const achievements = await open('AchievementUnlocked')
      const profile = await open('ProfileUpdated')
      assert.equal((await stats.next()).stats.currentXp, 0)
      assert.deepEqual((await achievements.next()).achievements, [])
      assert.equal((await profile.next()).user.bio, null)
      await learn(who, 'lesson_1', 100)
      await change(who, namedOperation('UpdateProfile'), { input: { bio: 'Xin chào' } })
      assert.equal((await stats.next()).stats.currentXp, 10)
      assert.equal((await achievements.next()).achievements[0].code, 'FIRST_STEPS')
      assert.equal((await profile.next()).user.bio, 'Xin chào')
      for (const one of [stats, achievements, profile]) one.close()
    })

    test('a leaderboard is everybody’s, and moves at most once a second', async () => {
      const board = await router.follow(null, {
        query: namedOperation('LeaderboardUpdated'),
        variables: { period: 'ALL_TIME' },
      })
      const before = await board.next()
      for (let i = 0; i < 10; i += 1) await learn(`${learner}_${i}`, 'lesson_1', 100)
      let frames = 0
      for (
        let entries = before.entries;
        entries.length < Math.min(10, before.entries.length + 10);
        frames += 1
      )
        entries = (await board.next()).entries
      assert(frames <= 4, `${frames} frames for ten awards`)
      board.close()
    })

    test('nobody who is not signed in follows a learner', async () => {
      const frames = await router.follow(null, progress('lesson_1'))
      assert.deepEqual(await frames.errors(), ['UNAUTHENTICATED'])
    })

    test('what is no subscription of ours is refused, and the others on the socket go on', async () => {
      const frames = await router.follow(learner, progress('lesson_3'))
      await frames.next()
      const wrong = [
        ['subscription { ', 'GRAPHQL_PARSE_FAILED'],
        ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
        ['subscription { statsUpdated @skip(if: true) { version } }', 'GRAPHQL_VALIDATION_FAILED'],
        [
          'subscription($a: Boolean!) { ... @skip(if: $a) { statsUpdated { version } } }',
          'GRAPHQL_VALIDATION_FAILED',
        ],
        ['{ me { id } }', 'BAD_REQUEST'],
        ['subscription { leaderboardUpdated(period: WEEKLY, first: 1000) { version } }', 'BAD_USER_INPUT'],
      ]
      for (const [query = '', code] of wrong)
        assert.deepEqual(await (await router.follow(learner, { query })).errors(), [code], query)
      await learn(learner, 'lesson_3', 30)
      assert.equal((await frames.next()).percent, 30)
      frames.close()
    })
  })

test('a leaderboard’s versions rise above what was seen last, also within one second and where a clock was set back', async () => {
  const router = ourRouter(service.url)
  const query =
    'subscription ($after: Int) { leaderboardUpdated(period: ALL_TIME, after: $after) { version } }'
  const follow = (after: number) => router.follow(null, { query, variables: { after } })
  const ahead = Math.floor(Date.now() / 1_000) + 3_600
  const frames = await follow(ahead)
  assert.equal((await frames.next()).version, ahead + 1)
  await learn('user_ahead', 'lesson_1', 100)
  assert.equal((await frames.next()).version, ahead + 2)
  frames.close()
  const last = await follow(GRAPHQL_MAX_INT)
  assert.equal((await last.next()).version, GRAPHQL_MAX_INT)
  last.close()
  await router.close()
})

test('W2 what another router subscribed to with a learner’s token ends when that token does', async () => {
  const router = anotherRouter(service.url, (userId) => issuer.token(userId, '3s'))
  const frames = await router.follow('user_short', progress('lesson_1'))
  assert.equal((await frames.next()).percent, 0)
  await assert.rejects(frames.next(), /the subscription ended/)
  await router.close()
})

test('W8 of ten thousand events of fifty learners, each hears their own two hundred and none of the others', async () => {
  const parts = { log: quiet, telemetry: createTelemetry('test') }
  const teller = await broker.connect({
    url: '',
    service: 'teller',
    consumes: [],
    unclaimed: [key],
    ...parts,
  })
  const router = ourRouter(service.url)
  const asked = '{ progressUpdated(lessonId: "w8") { version snapshot percent } }'
  const learners = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const frames = await router.follow(`user_w8_${i}`, { query: `subscription ${asked}` })
      assert.deepEqual(await frames.next(), { version: 0, snapshot: true, percent: 0 })
      return { frames, userId: `user_w8_${i}`, percent: i }
    }),
  )
  for (let version = 1; version <= 200; version += 1) {
    for (const { userId, percent } of learners) await teller.publish(told(userId, version, percent))
    for (const { frames, percent } of learners)
      assert.deepEqual(await frames.next(), { version, snapshot: false, percent })
  }
  await router.close()
  await teller.close()
})

test('W11 after the last subscription and the last socket nothing of them is left', async () => {
  const router = ourRouter(service.url)
  for (let i = 0; i < 50; i += 1) {
    const frames = await router.follow(`user_churn${i}`, progress('lesson_1'))
    await frames.next()
    if (i % 2) frames.close()
  }
  await until('half of them follow', async () => (await metric('live_subscriptions')) === 25)
  await router.close()
  await until('nobody follows', async () => (await metric('live_subscriptions')) === 0)
})

const closed = async (params: Record<string, unknown>, said?: object): Promise<number> => {
  const socket = new WebSocket(service.url.replace('http', 'ws'), 'graphql-transport-ws')
  await once(socket, 'open')
  if (said) socket.send(JSON.stringify(said))
  else socket.send(JSON.stringify({ type: 'connection_init', payload: params }))
  const [code] = await once(socket, 'close')
  return code
}

test('A11 nobody but a router opens a socket: 4403, and 4401 for who asks before', async () => {
  assert.equal(await closed({}), 4403)
  assert.equal(await closed({ 'router-credential': 'guessed' }), 4403)
  assert.equal(await closed({ authorization: `Bearer ${await issuer.token('user_lan')}` }), 4403)
  const payload = { query: 'subscription { statsUpdated { version } }' }
  assert.equal(await closed({}, { id: '1', type: 'subscribe', payload }), 4401)
})
