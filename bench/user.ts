// npm run bench:user [-- --learners 1000000]  leaderboard and search in PostgreSQL at scale, with their plans
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createLog } from '@puchi/platform/log'
import { deploy } from '@puchi/prisma/migrate'
import { boardOf, boardsOf } from '@puchi/user/domain/leaderboard'
import { checkedSearch } from '@puchi/user/domain/search'
import { openDatabase } from '@puchi/user/store/database'
import { portsIn } from '@puchi/user/store/ports'
import { addScore } from '@puchi/user/store/scores'
import { startPostgres } from '../dev/postgres.ts'
import { fill } from './user/fill.ts'
import { median, row } from './user/measure.ts'

const { values } = parseArgs({ options: { learners: { type: 'string', default: '1000000' } } })
const learners = Number(values.learners)
const folder = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
const postgres = await startPostgres({ dataDir: join(folder, 'data'), durable: true })
const url = await postgres.ensureDatabase('bench')
await deploy('user', url)
const database = openDatabase(url, createLog('bench', 'silent'))
const { pool } = database
const { leaderboards, search } = portsIn(database)
const now = new Date()
const week = boardOf('WEEKLY', now)

try {
  console.log(`${learners} learners in ${await fill(url, learners, boardsOf(now))} ms`)
  const { rows } = await pool.query<{ learner_id: string }>(
    'SELECT learner_id FROM scores WHERE board = $1 ORDER BY xp DESC, learner_id LIMIT 1 OFFSET $2',
    [week, Math.floor(learners / 2)],
  )
  const middle = rows[0]?.learner_id ?? ''
  const { place } = await leaderboards.standing(week, middle)
  console.log(`in the middle: rank ${place.above + 1}, ${place.equal} learners with that score`)

  console.log(
    row(
      'top 10 of the week',
      await median(300, () => leaderboards.part(week, { first: 10, after: null })),
      5,
    ),
  )
  console.log(
    row(`rank of ${place.above + 1}`, await median(300, () => leaderboards.standing(week, middle)), 5),
  )
  const award = (i: number) =>
    addScore(pool, { learnerId: `user_${(i * 7_919) % learners}`, xp: 10, boards: boardsOf(now) })
  console.log(row('one more award, three boards', await median(300, award), 5))
  for (const text of ['quang', 'nguyen', 'thu tran', 'minh123', 'xyzzy'])
    console.log(
      row(
        `search ${text}`,
        await median(50, () => search.find(checkedSearch(text), undefined, { first: 20, after: null })),
        20,
      ),
    )
} finally {
  await database.close()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
