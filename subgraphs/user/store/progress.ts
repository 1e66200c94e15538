import { poolTransact, type Sql } from '@puchi/platform/database/transaction'
import { retrying } from '@puchi/platform/retry'
import type { AchievementCode } from '../domain/achievements.ts'
import { boardsOf } from '../domain/leaderboard.ts'
import type { LessonProgress } from '../domain/lesson.ts'
import type { Answer, Outcome, ProgressBook, Standing } from '../domain/progress.ts'
import { mustBeSame, type Report } from '../domain/report.ts'
import type { Stats } from '../domain/stats.ts'
import type { Database } from './database.ts'
import { keepHappenings } from './events.ts'
import { statsAssignments, statsColumns, statsValues } from './rows.ts'
import { addScore } from './scores.ts'
import { accountDeleted } from './tombstone.ts'

/** Where reports are recorded: one transaction each, tried again where only its timing was bad. */
export function progressIn({ pool }: Database): ProgressBook {
  const transact = poolTransact(pool)
  return {
    record: (learnerId, report, decide, now) =>
      retrying(() =>
        transact(async (_, sql) => {
          const stats = await lockStats(sql, learnerId)
          const { earlier, ...rest } = await readStanding(sql, learnerId, report)
          if (earlier) {
            mustBeSame(earlier.report, report)
            return answerOf(earlier.answer)
          }
          const outcome = decide({ stats, ...rest })
          await keep(sql, { learnerId, report, outcome, now })
          return outcome.answer
        }),
      ),
  }
}

// First lock, then read the rest: a statement that waits for a lock reads its other tables as they were before.
async function lockStats(sql: Sql, learnerId: string): Promise<Stats> {
  const { rows } = await sql.query(`SELECT ${statsColumns} FROM stats s WHERE learner_id = $1 FOR UPDATE`, [
    learnerId,
  ])
  if (!rows[0]) throw accountDeleted()
  return rows[0] as Stats
}

const standing = `SELECT p.timezone,
    (SELECT row_to_json(l) FROM (SELECT lesson_id AS "lessonId", status, percent, xp, crowned, attempts,
       completed_at AS "completedAt", updated_at AS "updatedAt" FROM lesson_progress
       WHERE learner_id = $1 AND lesson_id = $2) l) AS lesson,
    (SELECT json_build_object('answer', answer, 'report', json_build_object('lessonId', lesson_id,
       'percent', percent, 'correct', correct, 'total', total, 'seconds', seconds,
       'idempotencyKey', idempotency_key)) FROM reports WHERE learner_id = $1 AND idempotency_key = $3) AS earlier,
    ARRAY(SELECT code FROM achievements WHERE learner_id = $1) AS unlocked
  FROM preferences p WHERE p.learner_id = $1`

type StandingRow = {
  timezone: string
  lesson: LessonProgress | null
  earlier: { answer: Answer; report: Report } | null
  unlocked: AchievementCode[]
}

async function readStanding(
  sql: Sql,
  learnerId: string,
  { lessonId, idempotencyKey }: Report,
): Promise<Pick<Standing, 'timezone' | 'lesson' | 'unlocked'> & Pick<StandingRow, 'earlier'>> {
  const { rows } = await sql.query(standing, [learnerId, lessonId, idempotencyKey])
  const { timezone, lesson, earlier, unlocked } = rows[0] as StandingRow
  return { timezone, lesson: lesson && lessonOf(lesson), earlier, unlocked: new Set(unlocked) }
}

const dateOf = (text: Date | null): Date | null => (text === null ? null : new Date(text))

/** JSON has no dates. */
const lessonOf = (lesson: LessonProgress): LessonProgress => ({
  ...lesson,
  completedAt: dateOf(lesson.completedAt),
  updatedAt: new Date(lesson.updatedAt),
})

const answerOf = (answer: Answer): Answer => ({
  ...answer,
  progress: lessonOf(answer.progress),
  achievements: answer.achievements.map((one) => ({ ...one, unlockedAt: dateOf(one.unlockedAt) })),
  stats: { ...answer.stats, nextHeartAt: dateOf(answer.stats.nextHeartAt) },
})

// One statement for all that belongs to the learner alone.
const keepAll = `WITH report AS (
    INSERT INTO reports (learner_id, idempotency_key, lesson_id, percent, correct, total, seconds, xp, answer, reported_at)
    SELECT $1, r."idempotencyKey", r."lessonId", r.percent, r.correct, r.total, r.seconds, r.xp, $4, $5
    FROM json_to_record($2) AS r("idempotencyKey" text, "lessonId" text, percent int, correct int, total int,
      seconds int, xp int)),
  lesson AS (
    INSERT INTO lesson_progress (learner_id, lesson_id, status, percent, xp, crowned, attempts, completed_at, updated_at)
    SELECT $1, l."lessonId", l.status, l.percent, l.xp, l.crowned, l.attempts, l."completedAt", l."updatedAt"
    FROM json_to_record($3) AS l("lessonId" text, status lesson_status, percent int, xp int, crowned boolean,
      attempts int, "completedAt" timestamptz, "updatedAt" timestamptz)
    ON CONFLICT (learner_id, lesson_id) DO UPDATE SET status = excluded.status, percent = excluded.percent,
      xp = excluded.xp, crowned = excluded.crowned, attempts = excluded.attempts,
      completed_at = excluded.completed_at, updated_at = excluded.updated_at),
  day AS (
    INSERT INTO day_activity AS d (learner_id, day, xp, seconds, lessons) VALUES ($1, $6, $7, $8, $9)
    ON CONFLICT (learner_id, day) DO UPDATE SET xp = d.xp + excluded.xp, seconds = d.seconds + excluded.seconds,
      lessons = d.lessons + excluded.lessons),
  unlocked AS (
    INSERT INTO achievements (learner_id, code, unlocked_at) SELECT $1, unnest($10::text[]), $5)
  UPDATE stats SET ${statsAssignments(10)} WHERE learner_id = $1`

type Recorded = { learnerId: string; report: Report; outcome: Outcome; now: Date }

async function keep(sql: Sql, { learnerId, report, outcome, now }: Recorded): Promise<void> {
  const { answer, gain, stats, unlocked, happened } = outcome
  await sql.query(keepAll, [
    learnerId,
    JSON.stringify({ ...report, xp: gain.xp }),
    JSON.stringify(answer.progress),
    JSON.stringify(answer),
    now,
    gain.day,
    gain.xp,
    gain.seconds,
    gain.lessons,
    unlocked,
    ...statsValues(stats),
  ])
  if (gain.xp > 0) await addScore(sql, { learnerId, xp: gain.xp, boards: boardsOf(now) })
  await keepHappenings(sql, learnerId, happened)
}
