import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveOperations } from '@puchi/platform/live/operations'
import { createLog } from '@puchi/platform/log'
import { subgraphSchema } from '@puchi/platform/subgraph/schema'
import { sdlOf } from '@puchi/schema/sdl'
import { GraphQLError } from 'graphql'
import { argumentSlots, type Slot } from '../../../tests/harness/argument-slots.ts'
import { viewerOf } from '../../../tests/harness/caller.ts'
import { hostile, odd } from '../../../tests/harness/hostile.ts'
import { userOnDatabase } from '../../../tests/harness/user-database.ts'
import { follow } from '../domain/follow.ts'
import { updateProfile } from '../domain/profile.ts'
import { recordProgress } from '../domain/progress.ts'
import { resolvers } from '../graphql/resolvers.ts'

const now = new Date('2026-11-25T03:00:00Z')
const { database, ports, execute, by } = await userOnDatabase(now)
const own = () => by('user_lan')
const sdl = sdlOf('user')
const schema = subgraphSchema({ sdl, resolvers })

const report = {
  lessonId: 'greetings',
  percent: 100,
  correct: 10,
  total: 10,
  seconds: 60,
  idempotencyKey: 'k',
}
const samples = {
  id: 'user_chi',
  userId: 'user_chi',
  username: 'an',
  text: 'an',
  from: '07:00',
  to: '08:00',
  ...report,
}
const free = ['firstName', 'lastName', 'bio', 'howHeard', 'whyLearn']
const slots = argumentSlots(schema, samples, 'id firstName lastName bio onboarding { howHeard whyLearn }')

const tables = ['learners', 'preferences', 'stats', 'reports', 'lesson_progress', 'day_activity']
const others = ['achievements', 'follows', 'scores', 'score_counts', 'settled_weeks', 'inbox']

/** Every row but those that the viewer's own words may change. */
async function everythingElse(): Promise<Record<string, unknown[]>> {
  const kept: Record<string, unknown[]> = {}
  for (const table of [...tables, ...others]) {
    const where = table === 'learners' ? "WHERE id <> 'user_lan'" : ''
    kept[table] = (await database.pool.query(`SELECT * FROM ${table} AS t ${where} ORDER BY t::text`)).rows
  }
  kept['own'] = (await database.pool.query("SELECT count(*) FROM learners WHERE id = 'user_lan'")).rows
  return kept
}

const caller = { viewer: viewerOf('user_lan'), client: { ip: null, userAgent: null } }
const live = liveOperations({ schema, context: own, log: createLog('user', 'silent') })

/** The codes of a subscription's first frame, or of its refusal. */
async function firstFrame(asked: ReturnType<Slot['asked']>): Promise<unknown[]> {
  const codes = (errors: readonly GraphQLError[] = []) => errors.map(({ extensions }) => extensions['code'])
  try {
    const begun = await live.subscribe(live.prepare(asked, caller))
    if (!(Symbol.asyncIterator in begun)) return codes(begun.errors)
    const { value } = await begun.next()
    await begun.return?.()
    return codes(value?.errors)
  } catch (error) {
    if (error instanceof GraphQLError) return codes([error])
    throw error
  }
}

const specified = new Set(['BAD_USER_INPUT', 'NOT_FOUND', 'USERNAME_TAKEN', 'IDEMPOTENCY_CONFLICT'])
type Told = Record<
  string,
  { user?: Record<string, unknown> & { onboarding: Record<string, unknown> | null } }
>

async function attack(slot: Slot, text: string): Promise<void> {
  const asked = slot.asked(text)
  const { data, codes } = await execute(asked.query, own(), asked.variables)
  for (const code of codes)
    assert(specified.has(String(code)), `${slot.name} ${JSON.stringify(text)}: ${code}`)
  if (codes.length > 0 || slot.root !== 'Mutation') return
  // Who may write freely finds the very text again.
  const isUnfollow = slot.name === 'Mutation.unfollow userId'
  assert(isUnfollow || free.includes(slot.field), `${slot.name} took ${JSON.stringify(text)}`)
  if (isUnfollow) return
  const user = Object.values(data as Told)[0]?.user
  assert.equal({ ...user, ...user?.onboarding }[slot.field], text.normalize('NFC').trim(), slot.name)
}

test('D10 two hundred hostile texts in every argument of every operation are refused or kept as text, and never run', async () => {
  assert.equal(new Set(hostile).size, 200)
  for (const id of ['user_lan', 'user_chi']) {
    await updateProfile(ports.learners, id, { username: id.slice(5), firstName: 'A' })
    await recordProgress(ports.book, { learnerId: id, now }, report)
  }
  await follow(ports.follows, { followerId: 'user_lan', followedId: 'user_chi' })
  const before = await everythingElse()
  assert(slots.length > 40, `${slots.length} arguments`)
  for (const slot of slots.filter(({ root }) => root !== 'Subscription'))
    for (let i = 0; i < hostile.length; i += 8)
      await Promise.all(hostile.slice(i, i + 8).map((text) => attack(slot, text)))
  assert.deepEqual(await everythingElse(), before)
})

test('G16 odd text in every argument is refused or kept in NFC, and a name has one form', async () => {
  const before = await everythingElse()
  for (const slot of slots.filter(({ root }) => root !== 'Subscription'))
    await Promise.all(odd.map((text) => attack(slot, text)))
  assert.deepEqual(await everythingElse(), before)
  const composed = 'Nguyễn'.normalize('NFC')
  for (const form of ['NFC', 'NFD', 'NFKD'] as const)
    assert.equal(
      (await updateProfile(ports.learners, 'user_lan', { lastName: composed.normalize(form) })).lastName,
      composed,
    )
  for (const twin of ['ｌａｎ', '𝓵𝓪𝓷', 'lân'])
    await assert.rejects(updateProfile(ports.learners, 'user_chi', { username: twin }), { name: 'Refusal' })
})

test('D10 hostile ids of entities and of what is followed live find nothing and change nothing', async () => {
  const before = await everythingElse()
  const query =
    'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id username stats { totalXp } } } }'
  const r = hostile.filter((id) => !id.includes('\0')).map((id) => ({ __typename: 'User', id }))
  const { data, errors } = await execute(query, own(), { r })
  assert.deepEqual(errors, [])
  assert.deepEqual(data, { _entities: r.map(({ id }) => ({ id, username: null, stats: null })) })
  for (const slot of slots.filter(({ root, field }) => root === 'Subscription' && field === 'lessonId'))
    for (const text of hostile)
      for (const code of await firstFrame(slot.asked(text)))
        assert(specified.has(String(code)), `${slot.name} ${JSON.stringify(text)}: ${code}`)
  assert.deepEqual(await everythingElse(), before)
})
