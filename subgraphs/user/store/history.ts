import { partOf, placeOr } from '@puchi/platform/pagination'
import type { AchievementCode, Unlocked } from '../domain/achievements.ts'
import type { DayActivity } from '../domain/activity.ts'
import type { Award, History } from '../domain/history.ts'
import type { LessonProgress } from '../domain/lesson.ts'
import { newStats, type Stats } from '../domain/stats.ts'
import type { Database } from './database.ts'
import { everythingOf } from './export.ts'
import { statsColumns } from './rows.ts'

const stats = `SELECT s.learner_id, ${statsColumns} FROM stats s WHERE s.learner_id = ANY($1)`

const days = `SELECT asked.number, day::text, xp, seconds, lessons
  FROM unnest($1::text[], $2::date[], $3::date[]) WITH ORDINALITY AS asked(learner, "from", "to", number)
  JOIN day_activity d ON d.learner_id = asked.learner AND d.day BETWEEN asked."from" AND asked."to"
  ORDER BY asked.number, d.day`

const lessonColumns = `lesson_id AS "lessonId", status::text, percent, xp, crowned, attempts,
  completed_at AS "completedAt", updated_at AS "updatedAt"`

const lessons = `SELECT ${lessonColumns} FROM lesson_progress
  WHERE learner_id = $1 AND (updated_at, lesson_id) < ($2::timestamptz, $3)
  ORDER BY updated_at DESC, lesson_id DESC LIMIT $4`

const awards = `SELECT lesson_id AS "lessonId", xp AS amount, reported_at AS "awardedAt", idempotency_key AS key
  FROM reports WHERE learner_id = $1 AND xp > 0 AND (reported_at, idempotency_key) < ($2::timestamptz, $3)
  ORDER BY reported_at DESC, idempotency_key DESC LIMIT $4`

const latest = ['infinity', '']

export const historyIn = ({ pool }: Database): History => ({
  async stats(ids) {
    const { rows } = await pool.query<Stats & { learner_id: string }>(stats, [ids])
    const found = new Map(rows.map(({ learner_id, ...row }) => [learner_id, row]))
    return ids.map((id) => found.get(id) ?? newStats)
  },
  async unlocked(ids) {
    const { rows } = await pool.query<{ learner_id: string; code: AchievementCode; unlocked_at: Date }>(
      'SELECT learner_id, code, unlocked_at FROM achievements WHERE learner_id = ANY($1)',
      [ids],
    )
    const found = Map.groupBy(rows, ({ learner_id }) => learner_id)
    return ids.map((id): Unlocked => new Map(found.get(id)?.map((row) => [row.code, row.unlocked_at])))
  },
  async days(asked) {
    const { rows } = await pool.query<DayActivity & { number: string }>(days, [
      asked.map(({ learnerId }) => learnerId),
      asked.map(({ from }) => from),
      asked.map(({ to }) => to),
    ])
    const found = Map.groupBy(rows, ({ number }) => Number(number) - 1)
    return asked.map((_, i) => found.get(i)?.map(({ number: _, ...day }) => day) ?? [])
  },
  async lessons(learnerId, page) {
    const values = [learnerId, ...placeOr(page, latest), page.first + 1]
    const { rows } = await pool.query<LessonProgress>(lessons, values)
    return partOf(rows, page, (node) => ({ node, place: [node.updatedAt.toISOString(), node.lessonId] }))
  },
  async lesson(learnerId, lessonId) {
    const { rows } = await pool.query<LessonProgress>(
      `SELECT ${lessonColumns} FROM lesson_progress WHERE learner_id = $1 AND lesson_id = $2`,
      [learnerId, lessonId],
    )
    return rows[0] ?? null
  },
  async awards(learnerId, page) {
    const values = [learnerId, ...placeOr(page, latest), page.first + 1]
    const { rows } = await pool.query<Award & { key: string }>(awards, values)
    return partOf(rows, page, ({ key, ...node }) => ({ node, place: [node.awardedAt.toISOString(), key] }))
  },
  everything: (learnerId) => everythingOf(pool, learnerId),
})
