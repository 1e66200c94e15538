import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewerOf } from '../../tests/harness/caller.ts'
import { executor } from '../../tests/harness/execute.ts'
import { portsInMemory } from '../../tests/harness/learning.ts'
import { type Learner, newLearner } from './domain/learner.ts'
import { defaultPreferences, type Preferences } from './domain/preferences.ts'
import { type Context, contextFor, type Ports } from './graphql/context.ts'
import { resolvers } from './graphql/resolvers.ts'

const execute = executor<Context>('user', resolvers)
const now = new Date('2026-11-25T03:00:00Z')
const ask = (ports: Ports, viewerId: string | null, query: string, variables = {}) =>
  execute(query, contextFor(ports, viewerId ? viewerOf(viewerId) : null, now), variables)

const person = (name: string, preferences: Partial<Preferences> = {}): Learner => ({
  ...newLearner(`user_${name}`),
  username: name,
  firstName: 'First',
  bio: 'Bio',
  preferences: { ...defaultPreferences, ...preferences },
})

const record = `mutation($input: RecordProgressInput!) { recordProgress(input: $input) {
  progress { lesson { id } status percent xp crowned completedAt }
  xpAwarded levelReached streakExtended achievements { code unlockedAt } stats { totalXp currentStreak }
  user { id stats { gems totalXp } } } }`
const input = {
  lessonId: 'greetings',
  percent: 100,
  correct: 10,
  total: 10,
  seconds: 90,
  idempotencyKey: 'k',
}

test('a report is answered with what it changed, and the same again when it is repeated', async () => {
  const ports = portsInMemory(person('lan'))
  const { data } = await ask(ports, 'user_lan', record, { input })
  assert.deepEqual(data, {
    recordProgress: {
      progress: {
        lesson: { id: 'greetings' },
        status: 'COMPLETED',
        percent: 100,
        xp: 10,
        crowned: true,
        completedAt: now.toISOString(),
      },
      xpAwarded: 10,
      levelReached: null,
      streakExtended: true,
      achievements: ['FIRST_STEPS', 'PERFECT_LESSON'].map((code) => ({
        code,
        unlockedAt: now.toISOString(),
      })),
      stats: { totalXp: 10, currentStreak: 1 },
      user: { id: 'user_lan', stats: { gems: 21, totalXp: 10 } },
    },
  })
  assert.deepEqual((await ask(ports, 'user_lan', record, { input })).data, data)
  const other = await ask(ports, 'user_lan', record, { input: { ...input, percent: 50 } })
  assert.deepEqual(other.codes, ['IDEMPOTENCY_CONFLICT'])
})

test('each of several mutations in one request shows what it changed itself', async () => {
  const ports = portsInMemory(person('lan'), person('an', { profilePublic: true }))
  const shown = 'stats { totalXp } achievements { code unlockedAt } dailyActivity(from: "2026-11-25") { xp }'
  const query = `mutation($one: RecordProgressInput!, $two: RecordProgressInput!) {
    one: recordProgress(input: $one) { user { ${shown} } }
    two: recordProgress(input: $two) { user { ${shown} } }
    follow(userId: "user_an") { user { followedByViewer } }
    unfollow(userId: "user_an") { user { followedByViewer } } }`
  const variables = { one: { ...input, correct: 4 }, two: { ...input, idempotencyKey: 'k2' } }
  const { data } = await ask(ports, 'user_lan', query, variables)
  type Told = {
    stats: { totalXp: number }
    achievements: { unlockedAt: string | null }[]
    dailyActivity: unknown
  }
  const answer = data as Record<string, { user: Told }>
  const told = (name: string) => answer[name]?.user ?? assert.fail(name)
  const unlocked = (name: string) => told(name).achievements.filter(({ unlockedAt }) => unlockedAt).length
  assert.deepEqual([told('one').stats.totalXp, told('two').stats.totalXp], [4, 10])
  assert.deepEqual([told('one').dailyActivity, told('two').dailyActivity], [[{ xp: 4 }], [{ xp: 10 }]])
  assert.deepEqual([unlocked('one'), unlocked('two')], [1, 2])
  assert.deepEqual(data?.['follow'], { user: { followedByViewer: true } })
  assert.deepEqual(data?.['unfollow'], { user: { followedByViewer: false } })
})

test('bad input is BAD_USER_INPUT with the name of the field, and nothing is stored', async () => {
  const ports = portsInMemory(person('lan'))
  const refused = async (query: string, field: string, variables = {}) => {
    const { errors } = await ask(ports, 'user_lan', query, variables)
    assert.equal(errors[0]?.extensions?.['code'], 'BAD_USER_INPUT', query)
    const fields = errors[0]?.extensions?.['fields'] as { field: string }[]
    assert.deepEqual(
      fields.map((one) => one.field),
      [field],
    )
  }
  for (const change of [{ percent: 101 }, { percent: -1 }, { seconds: 86_401 }, { correct: 11 }])
    await refused(record, Object.keys(change)[0] ?? '', { input: { ...input, ...change } })
  await refused('mutation { follow(userId: "user_lan") { user { id } } }', 'userId')
  await refused('mutation { setAvatar(url: "http://a.example/x") { user { id } } }', 'url')
  await refused(
    'mutation { updatePreferences(input: { timezone: "Mars/Base" }) { user { id } } }',
    'timezone',
  )
  await refused('{ me { weeklyXp(weeks: 53) { xp } } }', 'weeks')
  await refused('{ me { dailyActivity(from: "2026-13-01") { xp } } }', 'from')
  await refused('{ searchUsers(text: " ") { edges { cursor } } }', 'text')
  assert.equal(ports.kept('user_lan').reports.size, 0)
  assert.deepEqual(ports.learners.all(), [person('lan')])
})

test('G5 a list gives at most 100 and goes on by its own cursors alone', async () => {
  const ports = portsInMemory(person('lan'), person('an'))
  await ask(ports, 'user_lan', 'mutation { follow(userId: "user_an") { user { id } } }')
  const edges = 'edges { cursor }'
  const { data } = await ask(ports, 'user_lan', `{ me { following { ${edges} } } }`)
  const me = data?.['me'] as { following: { edges: { cursor: string }[] } } | undefined
  const cursor = me?.following.edges[0]?.cursor
  for (const [args, field] of [
    ['first: 101', 'first'],
    ['first: -1', 'first'],
    [`after: "${cursor}x"`, 'after'],
    [`after: "${Buffer.from('["FOLLOWERS:user_lan","x"]').toString('base64url')}"`, 'after'],
  ] as const) {
    const answer = await ask(ports, 'user_lan', `{ me { following(${args}) { ${edges} } } }`)
    assert.deepEqual(answer.codes, ['BAD_USER_INPUT'], args)
    assert.match(answer.errors[0]?.message ?? '', new RegExp(field))
  }
  const elsewhere = await ask(ports, 'user_lan', `{ me { followers(after: "${cursor}") { ${edges} } } }`)
  assert.deepEqual(elsewhere.codes, ['BAD_USER_INPUT'])
  const huge = await ask(ports, 'user_lan', `{ me { following(first: 2147483648) { ${edges} } } }`)
  assert.deepEqual(huge.codes, ['GRAPHQL_VALIDATION_FAILED'])
})

const guarded = `id username firstName bio ageRange onboarding { level } preferences { locale }
  stats { totalXp } achievements { code } dailyActivity { xp } weeklyXp { xp } followers { edges { cursor } }
  following { edges { cursor } } progress { edges { cursor } } xpHistory { edges { cursor } }
  lessonProgress(lessonId: "l") { xp } dataExport`

const shown = (user: unknown) =>
  Object.entries(user as object).flatMap(([field, value]) => (value === null ? [] : [field]))

test('A14 rule 7: every path to a learner shows what their privacy allows, and null for the rest', async () => {
  const closed = person('closed')
  const quiet = person('quiet', { profilePublic: true, shareActivity: false })
  const open = person('open', { profilePublic: true })
  const ports = portsInMemory(closed, quiet, open, person('lan'))
  const few = ['id', 'username']
  const profile = [...few, 'firstName', 'bio', 'stats', 'achievements', 'followers', 'following']
  const all = [...profile.slice(0, 6), 'dailyActivity', 'weeklyXp', ...profile.slice(6)]
  for (const [name, fields] of [
    ['closed', few],
    ['quiet', profile],
    ['open', all],
  ] as const) {
    await ask(ports, 'user_lan', `mutation { follow(userId: "user_${name}") { user { id } } }`)
    const query = `query($r: [_Any!]!) { user(id: "user_${name}") { ${guarded} }
      userByUsername(username: "${name}") { ${guarded} }
      searchUsers(text: "${name}") { edges { node { ${guarded} } } }
      me { following(first: 1) { edges { node { ${guarded} } } } }
      _entities(representations: $r) { ... on User { ${guarded} } } }`
    const r = [{ __typename: 'User', id: `user_${name}` }]
    const { data, errors } = await ask(ports, 'user_lan', query, { r })
    assert.deepEqual(errors, [])
    type Edges = { edges: { node: unknown }[] }
    const answer = data as Record<string, unknown> & { searchUsers: Edges; me: { following: Edges } }
    const paths = [answer['user'], answer['userByUsername'], answer.searchUsers.edges[0]?.node]
    const entity = (answer['_entities'] as unknown[])[0]
    for (const one of [...paths, answer.me.following.edges[0]?.node, entity])
      assert.deepEqual(shown(one).sort(), [...fields].sort(), name)
  }
})

test('rule 7: who does not want to be found by username is found by nobody but themselves', async () => {
  const ports = portsInMemory(person('shy', { findableByUsername: false }))
  const query =
    '{ userByUsername(username: "shy") { id } searchUsers(text: "shy") { edges { node { id } } } }'
  assert.deepEqual((await ask(ports, null, query)).data, { userByUsername: null, searchUsers: { edges: [] } })
  const own = await ask(ports, 'user_shy', query)
  assert.deepEqual(own.data?.['userByUsername'], { id: 'user_shy' })
})

test('A14 who looks after accounts sees the stats of a private profile, and no more of it', async () => {
  const ports = portsInMemory(person('closed'), person('lan'))
  const query = `{ user(id: "user_closed") { ${guarded} } }`
  const context = contextFor(ports, viewerOf('user_lan', 'admin:users'), now)
  const { data } = await execute(query, context)
  assert.deepEqual(shown(data?.['user']).sort(), ['id', 'stats', 'username'])
})

test("rule 11: ties share a rank, the viewer's own is always answered, and a score may be anonymous", async () => {
  const ports = portsInMemory(person('a'), person('b'), person('c', { shareActivity: false }), person('d'))
  for (const [name, correct] of [
    ['a', 10],
    ['b', 10],
    ['c', 5],
  ] as const)
    await ask(ports, `user_${name}`, record, { input: { ...input, correct } })
  const query = `{ leaderboard(period: WEEKLY, first: 3) { edges { node { rank xp user { username } } }
    viewer { rank xp user { username } } } }`
  const { data } = await ask(ports, 'user_d', query)
  assert.deepEqual(data?.['leaderboard'], {
    edges: [
      { node: { rank: 1, xp: 10, user: { username: 'a' } } },
      { node: { rank: 1, xp: 10, user: { username: 'b' } } },
      { node: { rank: 3, xp: 5, user: null } },
    ],
    viewer: { rank: 4, xp: 0, user: { username: 'd' } },
  })
  const anonymous = await ask(ports, null, query)
  const board = anonymous.data?.['leaderboard'] as { viewer: unknown } | undefined
  assert.equal(board?.viewer, null)
})

test('rule 8: a guest is answered with the preferences that were merged', async () => {
  const ports = portsInMemory(person('lan', { theme: 'DARK' }))
  const query = `mutation { mergeGuestPreferences(input: { theme: LIGHT, locale: en,
    notifications: { promotions: true } }) { merged preferences { theme locale notifications { promotions } } } }`
  assert.deepEqual((await ask(ports, 'user_lan', query)).data, {
    mergeGuestPreferences: {
      merged: ['locale', 'promotions'],
      preferences: { theme: 'DARK', locale: 'en', notifications: { promotions: true } },
    },
  })
})

test('an anonymous visitor changes nothing of all this', async () => {
  const ports = portsInMemory(person('lan'))
  for (const mutation of [
    'completeOnboarding(input: {}) { user { id } }',
    'setAvatar { user { id } }',
    'mergeGuestPreferences(input: {}) { merged }',
    'recordProgress(input: { lessonId: "l", percent: 1, correct: 1, total: 1, seconds: 1, idempotencyKey: "k" }) { xpAwarded }',
    'follow(userId: "user_lan") { user { id } }',
    'unfollow(userId: "user_lan") { user { id } }',
  ])
    assert.deepEqual(
      (await ask(ports, null, `mutation { ${mutation} }`)).codes,
      ['UNAUTHENTICATED'],
      mutation,
    )
})
