import { deploy } from '@puchi/prisma/migrate'
import { boardsOf } from '@puchi/user/domain/leaderboard'
import pg from 'pg'
import { fill } from '../user/fill.ts'

/** Learners `user_0` … with scores, all of whom show themselves. */
export const people = 2_000

/** Has a long history and many followers: whose profile page is asked for. */
export const star = 'user_7'
export const starName = 'mai7'

const more = [
  'UPDATE preferences SET profile_public = true',
  `INSERT INTO day_activity (learner_id, day, xp, seconds, lessons)
   SELECT id, current_date - n, 10, 300, 1 FROM learners, generate_series(1, 60) n`,
  `INSERT INTO achievements (learner_id, code, unlocked_at)
   SELECT id, unnest('{FIRST_STEPS,PERFECT_LESSON}'::text[]), now() FROM learners`,
  `INSERT INTO follows (follower_id, followed_id, since)
   SELECT id, '${star}', now() - row_number() OVER () * interval '1 minute' FROM learners
   WHERE id <> '${star}' LIMIT 500`,
  `INSERT INTO follows (follower_id, followed_id, since)
   SELECT '${star}', id, now() - row_number() OVER () * interval '1 minute' FROM learners
   WHERE id <> '${star}' ORDER BY id DESC LIMIT 50`,
  'ANALYZE',
]

/** A migrated database full of learners. Answers a connection that the caller ends. */
export async function fillLearners(databaseUrl: string): Promise<pg.Client> {
  await deploy('user', databaseUrl)
  await fill(databaseUrl, people, boardsOf(new Date()))
  const owner = new pg.Client({ connectionString: databaseUrl })
  owner.on('error', () => {}) // the server may stop first, where something else failed
  await owner.connect()
  for (const text of more) await owner.query(text)
  return owner
}

// What is about one report alone: not whose it is, nor when it came.
const tables = {
  reports: 'lesson_id, percent, correct, total, seconds, xp',
  lesson_progress: 'lesson_id, status, percent, xp, crowned, attempts',
  day_activity: 'day, xp, seconds, lessons',
  achievements: 'code',
  scores: 'board',
  stats:
    'total_xp, total_seconds, correct, answered, completed_lessons, crowns, gems, current_streak, last_day',
}

/** What the database keeps of a learner's learning, to be compared with another learner's. */
export async function keptOf(owner: pg.Client, learnerId: string): Promise<Record<string, unknown[]>> {
  const kept: Record<string, unknown[]> = {}
  for (const [table, columns] of Object.entries(tables)) {
    const text = `SELECT ${columns} FROM ${table} WHERE learner_id = $1 ORDER BY ${columns}`
    kept[table] = (await owner.query(text, [learnerId])).rows
  }
  const events = `SELECT key, aggregate_version FROM outbox WHERE aggregate_id = $1 ORDER BY position`
  kept['outbox'] = (await owner.query(events, [learnerId])).rows
  return kept
}
