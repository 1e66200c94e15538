import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { userOnDatabase } from '../../../tests/harness/user-database.ts'
import { follow } from '../domain/follow.ts'
import { updatePreferences, welcome } from '../domain/learner.ts'
import { updateProfile } from '../domain/profile.ts'
import { recordProgress } from '../domain/progress.ts'

const operation = (name: string) =>
  readFileSync(new URL(`../../../schema/operations/${name}.graphql`, import.meta.url), 'utf8')
const now = new Date('2026-11-25T03:00:00Z')
const { database, ports, execute, by } = await userOnDatabase(now)
const report = { lessonId: 'l', percent: 100, correct: 7, total: 10, seconds: 90, idempotencyKey: 'k' }

/** Counts what is asked of the pool while `work` runs. */
async function statementsOf<T>(work: () => Promise<T>): Promise<{ result: T; count: number }> {
  const { query } = database.pool
  let count = 0
  const counting = (...args: Parameters<typeof query>) => {
    count += 1
    return query.apply(database.pool, args)
  }
  Object.assign(database.pool, { query: counting })
  const result = await work().finally(() => Object.assign(database.pool, { query }))
  return { result, count }
}

const profilePage = () => execute(operation('profile-page'), by('user_fan0'), { username: 'star' })

async function addFans(from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 1) {
    const id = `user_fan${i}`
    await welcome(ports.learners, id)
    await follow(ports.follows, { followerId: id, followedId: 'user_star' })
    await recordProgress(ports.book, { learnerId: id, now }, report)
  }
}

test('a profile page is at most 10 statements, whatever the number of followers', async () => {
  await updateProfile(ports.learners, 'user_star', { username: 'star', firstName: 'Sao' })
  await updatePreferences(ports.learners, 'user_star', { profilePublic: true })
  await recordProgress(ports.book, { learnerId: 'user_star', now }, report)
  const counts = []
  for (const [from, to] of [
    [0, 2],
    [2, 30],
  ] as const) {
    await addFans(from, to)
    const { result, count } = await statementsOf(profilePage)
    assert.deepEqual(result.errors, [])
    const star = result.data?.['userByUsername'] as { followers: { edges: unknown[] } } | undefined
    assert.equal(star?.followers.edges.length, Math.min(20, to))
    counts.push(count)
  }
  assert(counts[0] === counts[1] && (counts[1] ?? 0) <= 10, `${counts} statements`)
})

test('a hundred references are one statement', async () => {
  const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { username bio } } }`
  const r = Array.from({ length: 100 }, (_, i) => ({ __typename: 'User', id: `user_fan${i}` }))
  const { count } = await statementsOf(() => execute(query, by(null), { r }))
  assert.equal(count, 1)
})
