/** What a demo learner has reached: XP, which decides the level, and days in a row up to today. */
export const reached: Record<string, { xp: number; streak: number }> = {
  minhnguyen: { xp: 3_640, streak: 45 },
  thutran: { xp: 3_150, streak: 32 },
  anpham: { xp: 2_780, streak: 21 },
  linhvo: { xp: 2_410, streak: 14 },
  quangdo: { xp: 2_050, streak: 9 },
  huongle: { xp: 1_620, streak: 12 },
  tuanbui: { xp: 1_280, streak: 5 },
  puchiuser: { xp: 940, streak: 7 },
}

// Everything is told apart by the days of Vietnam, as the learners' time zone is.
const today = "(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"

// One lesson on each day of the streak, the rest on the weeks before it, with one day missed between. Three of four
// lessons are perfect. $1 the learner, $2 XP, $3 days of the streak.
const lessons = `INSERT INTO lesson_progress
    (learner_id, lesson_id, status, percent, xp, crowned, attempts, completed_at, updated_at)
  SELECT $1, 'lesson_' || i, 'COMPLETED', 100, CASE WHEN i % 4 = 3 THEN 7 ELSE 10 END, i % 4 <> 3, 1, at, at
  FROM generate_series(1, ($2::int / 9.25)::int) AS i,
    LATERAL (SELECT least(now() - i * interval '1 second', (${today} - CASE WHEN i <= $3::int THEN i - 1
      ELSE $3::int + 1 + (i * 7) % 60 END + time '12:30') AT TIME ZONE 'Asia/Ho_Chi_Minh') AS at) AS moment
  WHERE NOT EXISTS (SELECT FROM lesson_progress WHERE learner_id = $1)
  RETURNING 1`

const reports = `INSERT INTO reports (learner_id, idempotency_key, lesson_id, percent, correct, total, seconds, xp,
    answer, reported_at)
  SELECT learner_id, 'seed_' || lesson_id, lesson_id, 100, xp, 10, 240, xp, '{}', completed_at
  FROM lesson_progress WHERE learner_id = $1`

const days = `INSERT INTO day_activity (learner_id, day, xp, seconds, lessons)
  SELECT learner_id, (reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, sum(xp), sum(seconds), count(*)
  FROM reports WHERE learner_id = $1 GROUP BY 1, 2`

const achievements = `INSERT INTO achievements (learner_id, code, unlocked_at)
  SELECT $1, code, now() - interval '1 day' FROM (VALUES ('FIRST_STEPS', true), ('PERFECT_LESSON', true),
    ('STREAK_3', $2::int >= 3), ('STREAK_7', $2::int >= 7), ('STREAK_30', $2::int >= 30),
    ('CENTURY', (SELECT count(*) >= 100 FROM lesson_progress WHERE learner_id = $1)),
    ('MARATHON', (SELECT sum(seconds) >= 36000 FROM reports WHERE learner_id = $1))) AS known(code, has) WHERE has`

const stats = `UPDATE stats SET (total_xp, total_seconds, correct, answered, completed_lessons, crowns, gems,
    current_streak, longest_streak, streak_freezes, last_day) = (
      SELECT sum(r.xp), sum(r.seconds), sum(r.correct), sum(r.total), count(*), count(*) FILTER (WHERE r.xp = 10),
        count(*) + 10 * (SELECT count(*) FROM achievements WHERE learner_id = $1), $2::int, $2::int, 2, ${today}
      FROM reports r WHERE r.learner_id = $1)
  WHERE learner_id = $1`

const scores = `INSERT INTO scores (board, learner_id, xp)
  SELECT board, $1, sum(xp) FROM day_activity, LATERAL (VALUES ('all', true),
    ('month:' || to_char(${today}, 'YYYY-MM'), day >= date_trunc('month', ${today})),
    ('week:' || date_trunc('week', ${today})::date, day >= date_trunc('week', ${today}))) AS boards(board, counts)
  WHERE learner_id = $1 AND counts GROUP BY board`

const counts = `INSERT INTO score_counts AS c (board, shift, part, share, learners)
  SELECT board, shift, xp >> shift, 0, 1 FROM scores, unnest('{0,6,12}'::smallint[]) AS shift WHERE learner_id = $1
  ON CONFLICT (board, shift, part, share) DO UPDATE SET learners = c.learners + 1`

type Db = { query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> }

/** Gives a demo learner everything that a screen shows, once: who has begun to learn is left alone. */
export async function seedLearning(db: Db, id: string, { xp, streak }: { xp: number; streak: number }) {
  const begun = await db.query(lessons, [id, xp, streak])
  if (begun.rows.length === 0) return
  for (const text of [reports, days]) await db.query(text, [id])
  for (const text of [achievements, stats]) await db.query(text, [id, streak])
  for (const text of [scores, counts]) await db.query(text, [id])
}

const follow = `WITH followed AS (
    INSERT INTO follows (follower_id, followed_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1)
  UPDATE stats SET following = following + (learner_id = $1)::int, followers = followers + (learner_id = $2)::int
  FROM followed WHERE learner_id IN ($1, $2)`

/** Lets each follow the next three, round in a circle. */
export async function seedFollows(db: Db, ids: readonly string[]): Promise<void> {
  for (const [i, id] of ids.entries())
    for (const step of [1, 2, 3]) await db.query(follow, [id, ids[(i + step) % ids.length]])
}
