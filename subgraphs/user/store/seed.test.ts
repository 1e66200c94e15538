import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createLog } from '@puchi/platform/log'
import { seed } from '@puchi/prisma/seed'
import { databaseFor } from '../../../tests/harness/database.ts'
import { boardOf } from '../domain/leaderboard.ts'
import { shownStats } from '../domain/stats.ts'
import { openDatabase } from './database.ts'
import { portsIn } from './ports.ts'

const url = await databaseFor('user')
const database = openDatabase(url, createLog('user', 'silent'))
const ports = portsIn(database)
after(database.close)

const names = ['minhnguyen', 'thutran', 'anpham', 'linhvo', 'quangdo', 'huongle', 'tuanbui', 'puchiuser']
const ids = names.map((name) => `user_${name}`)

test('the demo learners fill every screen, and seeding again changes nothing', async () => {
  await seed('user', url)
  const once = await ports.history.everything('user_puchiuser')
  await seed('user', url)
  assert.deepEqual(await ports.history.everything('user_puchiuser'), once)
  const now = new Date()
  const all = (await ports.history.stats(ids)).map((stats) => shownStats(stats, now, 'Asia/Ho_Chi_Minh'))
  assert.deepEqual(
    all.map(({ level }) => level),
    [15, 14, 13, 12, 11, 10, 9, 8],
  )
  for (const { currentStreak, gems, accuracy } of all) assert(currentStreak >= 5 && gems > 0 && accuracy)
  assert.equal(all.at(-1)?.currentStreak, 7)
  for (const period of ['WEEKLY', 'MONTHLY', 'ALL_TIME'] as const) {
    const { items, first } = await ports.leaderboards.part(boardOf(period, now), { first: 10, after: null })
    assert.equal(items.length, 8)
    assert.equal(first.above, 0)
  }
  const followers = await ports.follows.list('FOLLOWERS', 'user_puchiuser', { first: 10, after: null })
  assert.equal(followers.items.length, 3)
})
