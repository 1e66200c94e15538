import type { Search } from '../domain/search.ts'
import type { Database } from './database.ts'
import { partOf, placeOr } from './parts.ts'
import { joinLearner, type LearnerRow, learnerColumns, learnerOf } from './rows.ts'

// At most 200 by the beginning of the username (its own index) and 500 by any part of username or name (trigrams):
// whoever looks for something vaguer gets some of many, at the cost of few.
const find = `WITH found AS (
    (SELECT id FROM learners WHERE lower(username) COLLATE "C" LIKE $1 || '%' ORDER BY lower(username) COLLATE "C" LIMIT 200)
    UNION
    (SELECT id FROM learners WHERE char_length($2) > 2
      AND search LIKE '%' || $1 || '%' LIMIT 500)),
  ranked AS (
    SELECT ${learnerColumns}, CASE WHEN username = $2 THEN '0' WHEN username LIKE $1 || '%' THEN '1' ELSE '2' END
      || coalesce(username, '') AS rank
    FROM found ${joinLearner('found.id')}
    WHERE p.findable_by_username OR l.id = $3)
  SELECT * FROM ranked WHERE (rank COLLATE "C", id COLLATE "C") > ($4, $5)
  ORDER BY rank COLLATE "C", id COLLATE "C" LIMIT $6`

const literally = (words: string): string => words.replace(/[\\%_]/g, '\\$&')

export const searchIn = ({ pool }: Database): Search => ({
  async find(words, viewerId, page) {
    const values = [literally(words), words, viewerId ?? '', ...placeOr(page, ['', '']), page.first + 1]
    const { rows } = await pool.query<LearnerRow & { rank: string }>(find, values)
    return partOf(rows, page, (row) => ({ node: learnerOf(row), place: [row.rank, row.id] }))
  },
})
