import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createLog } from '@puchi/platform/log'
import { databaseFor } from '../../../tests/harness/database.ts'
import { settleWeeks } from '../domain/champion.ts'
import { welcome } from '../domain/learner.ts'
import { recordProgress } from '../domain/progress.ts'
import { openDatabase } from './database.ts'
import { portsIn } from './ports.ts'
import { weeksIn } from './weeks.ts'

const database = openDatabase(await databaseFor('user'), createLog('user', 'silent'))
const ports = portsIn(database)
const weeks = weeksIn(database)
after(database.close)

const report = { lessonId: 'l', percent: 100, total: 10, seconds: 1 }

async function learn(learnerId: string, day: string, correct: number): Promise<void> {
  await welcome(ports.learners, learnerId)
  const now = new Date(`${day}T03:00:00Z`)
  await recordProgress(
    ports.book,
    { learnerId, now },
    { ...report, lessonId: day, correct, idempotencyKey: day },
  )
}

/** Weeks won, gems, and whether the achievement is there. */
async function champion(id: string): Promise<[number, number, boolean]> {
  const [stats] = await ports.history.stats([id])
  const [unlocked] = await ports.history.unlocked([id])
  return [stats?.weeksWon ?? 0, stats?.gems ?? 0, unlocked?.has('CHAMPION') ?? false]
}

test('rule 10: whoever ends a week in first place is Champion once, ties alike, however often it is settled', async () => {
  await learn('user_first', '2026-11-18', 9)
  await learn('user_tied', '2026-11-19', 9)
  await learn('user_third', '2026-11-20', 8)
  const gems = (await champion('user_first'))[1]

  await settleWeeks(weeks, new Date('2026-11-22T17:00:30Z')) // Sunday's last reports may be on their way
  assert.deepEqual(await champion('user_first'), [0, gems, false])

  const monday = new Date('2026-11-22T17:01:00Z') // 00:01 in Vietnam
  await Promise.all([1, 2, 3].map(() => settleWeeks(weeks, monday)))
  await settleWeeks(weeks, new Date('2026-11-25T03:00:00Z'))
  assert.deepEqual(await champion('user_first'), [1, gems + 10, true])
  assert.deepEqual(await champion('user_tied'), [1, gems + 10, true])
  assert.deepEqual((await champion('user_third')).toSpliced(1, 1), [0, false])
  const { rows } = await database.pool.query<{ key: string }>(
    "SELECT key FROM outbox WHERE aggregate_id = 'user_first' AND envelope LIKE '%CHAMPION%'",
  )
  assert.deepEqual(rows, [{ key: 'user.achievement.unlocked' }])
})

test('rule 10: a second week won counts, and a week settled late is not lost', async () => {
  await learn('user_first', '2026-11-26', 10)
  const gems = (await champion('user_first'))[1]
  await settleWeeks(weeks, new Date('2026-12-20T00:00:00Z'))
  assert.deepEqual(await champion('user_first'), [2, gems, true])
})

test('a week without anybody has no champion', async () => {
  await settleWeeks(weeks, new Date('2027-06-01T00:00:00Z'))
  const { rows } = await database.pool.query('SELECT 1 FROM stats WHERE weeks_won > 2')
  assert.deepEqual(rows, [])
})
