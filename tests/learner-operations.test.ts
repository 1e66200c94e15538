import assert from 'node:assert/strict'
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
