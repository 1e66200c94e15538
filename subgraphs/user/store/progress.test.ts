import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createLog } from '@puchi/platform/log'
import { databaseFor } from '../../../tests/harness/database.ts'
import { welcome } from '../domain/learner.ts'
import { recordProgress } from '../domain/progress.ts'
import type { Report } from '../domain/report.ts'
import { openDatabase } from './database.ts'
import { portsIn } from './ports.ts'

const database = openDatabase(await databaseFor('user'), createLog('user', 'silent'))
const ports = portsIn(database)
after(database.close)

const now = new Date('2026-11-25T03:00:00.000Z')
const report = (idempotencyKey: string, change: Partial<Report> = {}): Report => ({
  lessonId: 'greetings',
  percent: 100,
  correct: 10,
  total: 10,
  seconds: 60,
  idempotencyKey,
  ...change,
})
const record = (learnerId: string, one: Report) => recordProgress(ports.book, { learnerId, now }, one)
const rowsOf = async (table: string, learnerId: string) =>
  (await database.pool.query(`SELECT * FROM ${table} WHERE learner_id = $1`, [learnerId])).rows
const eventsOf = async (learnerId: string): Promise<string[]> =>
  (
    await database.pool.query('SELECT key FROM outbox WHERE aggregate_id = $1 ORDER BY position', [learnerId])
  ).rows.map(({ key }) => key)

/** So many at a time: more would wait for a connection, and be refused on a busy machine. */
async function atOnce<T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: count }, worker))
}

test('U7 twenty parallel calls with one key have one effect and get the same answer', async () => {
  await welcome(ports.learners, 'user_twenty')
  const answers = await Promise.all(Array.from({ length: 20 }, () => record('user_twenty', report('once'))))
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  const [stats] = await ports.history.stats(['user_twenty'])
  assert.deepEqual([stats?.totalXp, stats?.gems, stats?.crowns, stats?.answered], [10, 21, 1, 10])
  assert.deepEqual(await eventsOf('user_twenty'), [
    'user.progress.updated',
    'user.xp.awarded',
    'user.streak.extended',
    'user.achievement.unlocked',
    'user.achievement.unlocked',
  ])
})

test('U8 a key used with other arguments is IDEMPOTENCY_CONFLICT, without an effect', async () => {
  await welcome(ports.learners, 'user_conflict')
  await record('user_conflict', report('key'))
  const before = await ports.history.stats(['user_conflict'])
  await assert.rejects(record('user_conflict', report('key', { correct: 9 })), {
    extensions: { code: 'IDEMPOTENCY_CONFLICT' },
  })
  assert.deepEqual(await ports.history.stats(['user_conflict']), before)
  assert.equal((await rowsOf('reports', 'user_conflict')).length, 1)
})

test('U9 a report repeated after its answer was lost gets the stored answer', async () => {
  await welcome(ports.learners, 'user_lost')
  const answer = await record('user_lost', report('lost'))
  await record('user_lost', report('later', { lessonId: 'numbers' }))
  assert.deepEqual(await record('user_lost', report('lost')), answer)
})

test('D6 a hundred reports of one learner, four at a time, are all counted', async () => {
  await welcome(ports.learners, 'user_hundred')
  const reports = Array.from({ length: 100 }, (_, i) => report(`k${i}`, { lessonId: `lesson${i}` }))
  await atOnce(4, reports, (one) => record('user_hundred', one))
  const [stats] = await ports.history.stats(['user_hundred'])
  assert.deepEqual([stats?.totalXp, stats?.completedLessons, stats?.answered], [1_000, 100, 1_000])
  const [day] = await ports.history.days([
    { learnerId: 'user_hundred', from: '2026-11-25', to: '2026-11-25' },
  ])
  assert.deepEqual(day, [{ day: '2026-11-25', xp: 1_000, seconds: 6_000, lessons: 100 }])
})

test('D6 reports of many learners at once end in the counts of their scores', async () => {
  const ids = Array.from({ length: 30 }, (_, i) => `user_many${i}`)
  await atOnce(4, ids, (id) => welcome(ports.learners, id))
  const reports = ids.flatMap((id, i) =>
    [0, 1, 2, 3].map((j) => ({ id, one: report(`k${j}`, { lessonId: `l${j}`, correct: (i + j) % 11 }) })),
  )
  await atOnce(4, reports, ({ id, one }) => record(id, one))
  const { rows } = await database.pool.query(`
    SELECT (SELECT count(*)::int FROM scores WHERE board = 'all') AS scores, shift, sum(learners)::int AS counted
    FROM score_counts WHERE board = 'all' GROUP BY shift`)
  for (const { scores, counted } of rows) assert.equal(counted, scores)
  const ranked = await database.pool.query<{ learner_id: string; rank: number }>(
    "SELECT learner_id, rank() OVER (ORDER BY xp DESC)::int AS rank FROM scores WHERE board = 'all'",
  )
  for (const { learner_id, rank } of ranked.rows)
    assert.equal((await ports.leaderboards.standing('all', learner_id)).place.above + 1, rank)
})

test('a report that cannot be told is not kept either', async () => {
  await welcome(ports.learners, 'user_untold')
  await database.pool.query('ALTER TABLE outbox ADD CONSTRAINT shut CHECK (false) NOT VALID')
  await assert.rejects(record('user_untold', report('untold')), /shut/)
  await database.pool.query('ALTER TABLE outbox DROP CONSTRAINT shut')
  for (const table of ['reports', 'lesson_progress', 'day_activity', 'achievements', 'scores'])
    assert.deepEqual(await rowsOf(table, 'user_untold'), [], table)
})

test('progress and awards are read back, the latest first, page by page', async () => {
  await welcome(ports.learners, 'user_pages')
  for (const i of [1, 2, 3])
    await record('user_pages', report(`k${i}`, { lessonId: `l${i}`, correct: 4 + i }))
  const first = await ports.history.lessons('user_pages', { first: 2, after: null })
  assert.deepEqual([first.items.map(({ node }) => node.lessonId), first.hasNext], [['l3', 'l2'], true])
  const rest = await ports.history.lessons('user_pages', { first: 2, after: first.items[1]?.place ?? [] })
  assert.deepEqual([rest.items.map(({ node }) => node.lessonId), rest.hasNext], [['l1'], false])
  const awards = await ports.history.awards('user_pages', { first: 5, after: null })
  assert.deepEqual(
    awards.items.map(({ node }) => node.amount),
    [7, 6, 5],
  )
  assert.equal((await ports.history.lesson('user_pages', 'l2'))?.xp, 6)
  assert.equal(await ports.history.lesson('user_pages', 'none'), null)
})
