import pg from 'pg'

const names = `(ARRAY['Minh','Thu','An','Linh','Quang','Hương','Tuấn','Lan','Đức','Mai','Hà','Nam','Phúc','Yến','Bảo','Quâng',
  'Thảo','Vy','Khánh','Ngọc'])[1 + (i * 7) % 20]`
const families = `(ARRAY['Nguyễn','Trần','Lê','Phạm','Hoàng','Huỳnh','Phan','Vũ','Võ','Đặng','Bùi','Đỗ','Hồ','Ngô',
  'Dương','Lý'])[1 + (i * 11) % 16]`

// Made anew after the rows: a trigram index grows slowly row by row.
const searchIndex = 'CREATE INDEX learners_search_idx ON learners USING gin (search gin_trgm_ops)'

const learners = `INSERT INTO learners (id, username, first_name, last_name)
  SELECT 'user_' || i, lower(folded(${names})) || i, ${names}, ${families} FROM generate_series(0, $1::int - 1) AS i`

// Many have few points and few have many, as in a real week; all in multiples of five, so that ties are large.
const scores = `INSERT INTO scores (board, learner_id, xp)
  SELECT board, 'user_' || i, 5 * (1 + floor(400 * power(random(), 3)))::int
  FROM generate_series(0, $1::int - 1) AS i, unnest($2::text[]) AS board`

const counts = `INSERT INTO score_counts (board, shift, part, share, learners)
  SELECT board, shift, xp >> shift, abs(hashtext(learner_id)) % 16, count(*)
  FROM scores, unnest('{0,6,12}'::smallint[]) AS shift GROUP BY 1, 2, 3, 4`

/** Fills a migrated database with learners and their scores on each board. Answers how long it took, in milliseconds. */
export async function fill(url: string, count: number, boards: readonly string[]): Promise<number> {
  const began = performance.now()
  const db = new pg.Client({ connectionString: url })
  await db.connect()
  await db.query("SET maintenance_work_mem = '256MB'")
  await db.query('DROP INDEX learners_search_idx')
  await db.query(learners, [count])
  await db.query(searchIndex)
  await db.query('INSERT INTO preferences (learner_id) SELECT id FROM learners')
  await db.query('INSERT INTO stats (learner_id) SELECT id FROM learners')
  await db.query(scores, [count, boards])
  await db.query(counts)
  await db.query('VACUUM ANALYZE')
  await db.end()
  return Math.round(performance.now() - began)
}
