import { partOf, placeOr } from '@puchi/platform/pagination'
import type { Search } from '../domain/search.ts'
import type { Database } from './database.ts'
import { joinLearner, type LearnerRow, learnerColumns, learnerOf } from './rows.ts'

// At most 100 by the beginning of the username (its own index) and 300 by any part of username or name (trigrams):
// whoever looks for something vaguer gets some of many, at the cost of few. The rest is read for one page alone;
// `OFFSET 0` keeps PostgreSQL from reading everybody's preferences instead of those few.
const find = `WITH found AS MATERIALIZED (
    (SELECT id, username FROM learners WHERE lower(username) COLLATE "C" LIKE $1 || '%'
      ORDER BY lower(username) COLLATE "C" LIMIT 100)
    UNION
    (SELECT id, username FROM learners WHERE char_length($2) > 2 AND search LIKE '%' || $1 || '%' LIMIT 300)),
  ranked AS (
    SELECT id, CASE WHEN username = $2 THEN '0' WHEN username LIKE $1 || '%' THEN '1' ELSE '2' END
      || coalesce(username, '') AS rank
    FROM found),
  page AS MATERIALIZED (
    SELECT id, rank FROM ranked, LATERAL (
      SELECT FROM preferences WHERE learner_id = id AND (findable_by_username OR id = $3) OFFSET 0) AS findable
    WHERE (rank COLLATE "C", id COLLATE "C") > ($4, $5)
    ORDER BY rank COLLATE "C", id COLLATE "C" LIMIT $6)
  SELECT page.rank, ${learnerColumns} FROM page ${joinLearner('page.id')}
  ORDER BY page.rank COLLATE "C", page.id COLLATE "C"`

const literally = (words: string): string => words.replace(/[\\%_]/g, '\\$&')

export const searchIn = ({ pool }: Database): Search => ({
  async find(words, viewerId, page) {
    const values = [literally(words), words, viewerId ?? '', ...placeOr(page, ['', '']), page.first + 1]
    const { rows } = await pool.query<LearnerRow & { rank: string }>(find, values)
    return partOf(rows, page, (row) => ({ node: learnerOf(row), place: [row.rank, row.id] }))
  },
})
