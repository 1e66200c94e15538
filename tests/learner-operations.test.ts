import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { namedOperation } from './harness/operations.ts'
import { type Stack, startStack } from './harness/stack.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
})
after(() => stack?.close())

type Data = Awaited<ReturnType<Stack['ask']>>['body']['data']
type Case = [name: string, variables: Record<string, unknown>, expected: (data: Data) => unknown]

const username = 'minhnguyen'
const userId = 'user_minhnguyen'
const input = { lessonId: 'new', percent: 100, correct: 10, total: 10, seconds: 60, idempotencyKey: 'k' }
const firstEdge = (of: { edges: unknown[] }) => of.edges.length > 0

// In this order: a mutation comes before the query that shows it.
const cases: Case[] = [
  ['TopBar', {}, ({ me }) => me.username === 'puchiuser' && me.stats.level === 8],
  [
    'RecordProgress',
    { input },
    ({ recordProgress: r }) => r.xpAwarded === 10 && r.progress.status === 'COMPLETED',
  ],
  ['MyProgress', { first: 1 }, ({ me }) => me.progress.edges[0].node.lesson.id === 'new'],
  ['StatsTab', { weeks: 3 }, ({ me }) => me.stats.totalXp === 955 && me.weeklyXp.length === 3],
  ['AchievementsTab', {}, ({ me }) => me.achievements.length === 11],
  ['Unfollow', { userId }, ({ unfollow }) => unfollow.user.followedByViewer === false],
  ['Follow', { userId }, ({ follow }) => follow.user.followedByViewer === true],
  ['Followers', { username }, ({ userByUsername: u }) => u.followers.edges[0].node.username === 'puchiuser'],
  [
    'Following',
    { username: 'puchiuser' },
    ({ userByUsername: u }) => u.following.edges[0].node.username === username,
  ],
  ['Leaderboard', { period: 'ALL_TIME' }, ({ leaderboard: l }) => firstEdge(l) && l.viewer.xp === 955],
  ['SearchUsers', { text: 'nguyen' }, ({ searchUsers: s }) => s.edges[0].node.username === username],
  [
    'ProfilePage',
    { username },
    ({ userByUsername: u, leaderboard: l }) => u.stats.level === 15 && firstEdge(l),
  ],
  [
    'CompleteOnboarding',
    { input: { whyLearn: 'Family' } },
    (d) => d.completeOnboarding.user.onboarding.whyLearn === 'Family',
  ],
  ['SetAvatar', { url: 'https://a.example/x' }, (d) => d.setAvatar.user.avatarUrl === 'https://a.example/x'],
  [
    'MergeGuestPreferences',
    { input: { theme: 'DARK' } },
    (d) => String(d.mergeGuestPreferences.merged) === 'theme',
  ],
  ['Preferences', {}, ({ me }) => me.preferences.theme === 'DARK'],
  ['DataExport', {}, ({ me }) => me.dataExport.learners[0].why_learn === 'Family'],
]

test('each operation of a learner is answered through the router', async () => {
  const token = await stack.token('puchiuser')
  for (const [name, variables, expected] of cases) {
    const { body } = await stack.ask(namedOperation(name), { variables, token })
    assert.equal(body.errors, undefined, name)
    assert(expected(body.data), `${name}: ${JSON.stringify(body.data)}`)
  }
})

test('A27 an avatar’s address is kept and shown, and nobody goes there', async () => {
  let visits = 0
  const inside = createServer((socket) => {
    visits += 1
    socket.destroy()
  })
  await once(inside.listen(0), 'listening')
  const { port } = inside.address() as AddressInfo
  const token = await stack.token('puchiuser')
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433', '0x7f.1']
  for (const host of hosts) {
    const variables = { url: `https://${host}:${port}/avatar.png` }
    const { body } = await stack.ask(namedOperation('SetAvatar'), { variables, token })
    assert.equal(body.data.setAvatar.user.avatarUrl, URL.parse(variables.url)?.href)
    for (const [name, shown] of [
      ['ProfilePage', { username: 'puchiuser' }],
      ['SearchUsers', { text: 'puchiuser' }],
      ['DataExport', {}],
    ] as const)
      assert.equal(
        (await stack.ask(namedOperation(name), { variables: shown, token })).body.errors,
        undefined,
      )
  }
  for (const url of [`http://127.0.0.1:${port}/`, `gopher://127.0.0.1:${port}/`, 'file:///etc/passwd']) {
    const { body } = await stack.ask(namedOperation('SetAvatar'), { variables: { url }, token })
    assert.deepEqual(body.errors?.[0]?.extensions['fields'], [
      { field: 'url', message: 'must be an https address of at most 2048 characters' },
    ])
  }
  assert.equal(visits, 0)
  inside.close()
})

test('G5 followers of followers of followers, a hundred each, and pages of other sizes are refused unasked', async () => {
  const token = await stack.token('puchiuser')
  const nested = (size: number, depth: number): string =>
    `followers(first: ${size}) { edges { ${depth > 1 ? `node { ${nested(size, depth - 1)} }` : 'cursor'} } }`
  for (const [query, limit] of [
    [`{ me { ${nested(100, 3)} } }`, 'cost'],
    ...[101, -1, 2 ** 31].map((size) => [`{ me { ${nested(size, 1)} } }`, 'page']),
  ] as const) {
    const began = performance.now()
    const { status, body } = await stack.ask(query, { token })
    assert.deepEqual([status, body.data], [400, undefined], query)
    const { code, limit: told } = body.errors?.[0]?.extensions ?? {}
    assert.deepEqual([code, told], ['LIMIT_EXCEEDED', limit], query)
    assert(performance.now() - began < 1_000)
  }
  assert.equal((await stack.ask(`{ me { ${nested(20, 1)} } }`, { token })).body.errors, undefined)
})
