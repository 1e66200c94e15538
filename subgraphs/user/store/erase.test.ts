import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { prismaSql } from '@puchi/platform/database/transaction'
import { applyOnce } from '@puchi/platform/inbox/apply'
import { createLog } from '@puchi/platform/log'
import { databaseFor } from '../../../tests/harness/database.ts'
import { follow } from '../domain/follow.ts'
import { welcome } from '../domain/learner.ts'
import { completeOnboarding } from '../domain/onboarding.ts'
import { updateProfile } from '../domain/profile.ts'
import { recordProgress } from '../domain/progress.ts'
import { accountHandlers } from '../events/account.ts'
import { openDatabase } from './database.ts'
import { learnersWithin } from './learners.ts'
import { portsIn } from './ports.ts'

const database = openDatabase(await databaseFor('user'), createLog('user', 'silent'))
const ports = portsIn(database)
after(database.close)

const now = new Date('2026-11-25T03:00:00Z')
const report = { lessonId: 'l', percent: 100, correct: 7, total: 10, seconds: 1, idempotencyKey: 'k' }

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const { rows } = await database.pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  )
  const tables = rows.map(({ name }) => database.pool.query(`SELECT t::text AS row FROM "${name}" t`))
  return (await Promise.all(tables)).flatMap((table) => table.rows.map(({ row }) => row)).join('\n')
}

const deleted = (userId: string) => ({
  id: crypto.randomUUID(),
  type: 'auth.user.deleted',
  version: 1,
  occurredAt: now.toISOString(),
  correlationId: 'test',
  actor: null,
  aggregate: { id: userId, version: 9 },
  data: { userId },
})

const apply = (userId: string) =>
  applyOnce(
    {
      transact: (work) => database.prisma.$transaction((tx) => work(tx, prismaSql(tx))),
      handlers: new Map(accountHandlers(learnersWithin).map((handler) => [handler.key, handler])),
    },
    [deleted(userId)],
  )

test('one event leaves nothing of a deleted learner: no name, no text, no score, no follow', async () => {
  const { learners, follows, book } = ports
  for (const id of ['user_friend', 'user_gone']) await welcome(learners, id)
  const names = { username: 'goneusername', firstName: 'Gonefirst', lastName: 'Gonelast', bio: 'Gonebio' }
  await updateProfile(learners, 'user_gone', { ...names, avatarUrl: 'https://gone.example/avatar' })
  await completeOnboarding(learners, { learnerId: 'user_gone', now }, { whyLearn: 'Gonereason' })
  for (const learnerId of ['user_gone', 'user_friend']) await recordProgress(book, { learnerId, now }, report)
  await follow(follows, { followerId: 'user_gone', followedId: 'user_friend' })
  await follow(follows, { followerId: 'user_friend', followedId: 'user_gone' })
  assert.match(await dump(), /gone(username|first|last|bio|reason|\.example)/i)

  await apply('user_gone')
  assert.doesNotMatch(await dump(), /gone(username|first|last|bio|reason|\.example)/i)
  const [friend] = await ports.history.stats(['user_friend'])
  assert.deepEqual([friend?.following, friend?.followers], [0, 0])
  assert.deepEqual(await ports.leaderboards.standing('all', 'user_friend'), {
    xp: 7,
    place: { above: 0, equal: 1 },
  })
  const everything = Object.values(await ports.history.everything('user_gone')).flat()
  assert.deepEqual(everything, [])
})

test('whoever is deleted stays deleted, whatever they ask for next', async () => {
  await welcome(ports.learners, 'user_back')
  await apply('user_back')
  const refused = { extensions: { code: 'UNAUTHENTICATED' } }
  await assert.rejects(welcome(ports.learners, 'user_back'), refused)
  await assert.rejects(recordProgress(ports.book, { learnerId: 'user_back', now }, report), refused)
})
