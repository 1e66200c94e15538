import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portsInMemory } from '../../../tests/harness/learning.ts'
import { settleWeeks, type Weeks, won } from './champion.ts'
import { follow, following, followList } from './follow.ts'
import { boardOf, boardsOf, finishedWeeks, leaderboard, ownEntry } from './leaderboard.ts'
import { type Learner, newLearner } from './learner.ts'
import { seenBy } from './privacy.ts'
import { recordProgress } from './progress.ts'
import { searchUsers } from './search.ts'
import { newStats } from './stats.ts'

const now = new Date('2026-11-25T03:00:00Z')
const named = (name: string, privacy: Partial<Learner['preferences']> = {}): Learner => {
  const learner = newLearner(`user_${name}`)
  return { ...learner, username: name, firstName: name, preferences: { ...learner.preferences, ...privacy } }
}
const open = { profilePublic: true }
const [lan, an, chi] = [named('lan', open), named('an', open), named('chi', { shareActivity: false })]

test('following is told, and the fifth follow makes a social butterfly', () => {
  const stats = { ...newStats, following: 4, gems: 1 }
  const outcome = following({ stats, unlocked: new Set() }, 'user_an')
  assert.deepEqual(outcome.stats, { ...stats, following: 5, gems: 11 })
  assert.deepEqual(outcome.unlocked, ['SOCIAL_BUTTERFLY'])
  assert.deepEqual(outcome.happened, [
    { type: 'user.followed', followedId: 'user_an' },
    { type: 'user.achievement.unlocked', code: 'SOCIAL_BUTTERFLY' },
  ])
  const again = following({ stats: outcome.stats, unlocked: new Set(outcome.unlocked) }, 'user_chi')
  assert.deepEqual([again.unlocked, again.stats.gems], [[], 11])
})

test('nobody follows themselves', async () => {
  const { follows, kept } = portsInMemory(lan)
  const pair = { followerId: 'user_lan', followedId: 'user_lan' }
  await assert.rejects(follow(follows, pair), { name: 'Refusal', message: 'userId: must be somebody else' })
  assert.equal(kept('user_lan').following.size, 0)
})

test('whom a learner follows is listed the latest first, where their profile may be seen', async () => {
  const { follows } = portsInMemory(lan, an, chi)
  for (const followedId of ['user_an', 'user_chi'])
    await follow(follows, { followerId: 'user_lan', followedId })
  const listed = (list: 'FOLLOWING' | 'FOLLOWERS', of: Learner, viewerId?: string) =>
    followList(follows, { list, of: seenBy(viewerId, of), viewerId }, { first: 10 })
  const names = async (...asked: Parameters<typeof listed>) =>
    (await listed(...asked))?.edges.map(({ node }) => [node.username, node.firstName])
  assert.deepEqual(await names('FOLLOWING', lan), [
    ['chi', null],
    ['an', 'an'],
  ])
  assert.deepEqual(await names('FOLLOWERS', an), [['lan', 'lan']])
  assert.equal(await listed('FOLLOWERS', chi), null)
  assert.deepEqual(await names('FOLLOWERS', chi, 'user_chi'), [['lan', 'lan']])
  const [edge] = (await listed('FOLLOWING', lan))?.edges ?? []
  assert(edge)
  const rest = followList(
    follows,
    { list: 'FOLLOWERS', of: seenBy(undefined, lan), viewerId: undefined },
    { after: edge.cursor },
  )
  await assert.rejects(rest, { message: 'after: must be a cursor of this list' })
})

test('the page after a cursor goes on where the page before ended', async () => {
  const { follows, search } = portsInMemory(lan, an, chi)
  for (const followedId of ['user_an', 'user_chi'])
    await follow(follows, { followerId: 'user_lan', followedId })
  const asked = { list: 'FOLLOWING', of: seenBy(undefined, lan), viewerId: undefined } as const
  const first = await followList(follows, asked, { first: 1 })
  const next = await followList(follows, asked, { first: 1, after: first?.pageInfo.endCursor })
  assert.deepEqual([first?.edges[0]?.node.id, next?.edges[0]?.node.id], ['user_chi', 'user_an'])
  assert.deepEqual([first?.pageInfo.hasNextPage, next?.pageInfo.hasNextPage], [true, false])
  const words = { text: 'N', viewerId: undefined }
  const found = await searchUsers(search, words, { first: 1 })
  const more = await searchUsers(search, words, { first: 1, after: found.pageInfo.endCursor })
  assert.deepEqual(
    [found, more].map(({ edges }) => edges[0]?.node.username),
    ['lan', 'an'],
  )
  await assert.rejects(searchUsers(search, { ...words, text: 'a' }, { after: found.pageInfo.endCursor }))
})

test('a search finds who lets themselves be found, as the viewer may see them', async () => {
  const shy = named('anh', { findableByUsername: false })
  const { search } = portsInMemory(lan, chi, shy)
  const found = async (text: string, viewerId?: string) =>
    (await searchUsers(search, { text, viewerId }, {})).edges.map(({ node }) => [
      node.username,
      node.firstName,
    ])
  assert.deepEqual(await found('AN'), [['lan', 'lan']])
  assert.deepEqual(await found('chí'), [['chi', null]])
  assert.deepEqual(await found('anh', 'user_anh'), [['anh', 'anh']])
})

test('a leaderboard ranks whoever has XP, and names who shares their activity', async () => {
  const { book, leaderboards } = portsInMemory(lan, an, chi)
  const report = { lessonId: 'l', percent: 100, total: 10, seconds: 1, idempotencyKey: 'k' }
  for (const [learnerId, correct] of [
    ['user_lan', 7],
    ['user_an', 7],
    ['user_chi', 3],
  ] as const)
    await recordProgress(book, { learnerId, now }, { ...report, correct })
  const read = (args: object, viewerId?: string) =>
    leaderboard(leaderboards, { period: 'WEEKLY', viewerId, now }, args)
  const { edges, board, pageInfo } = await read({})
  assert.deepEqual(
    edges.map(({ node: { rank, xp, user } }) => [rank, xp, user?.username]),
    [
      [1, 7, 'an'],
      [1, 7, 'lan'],
      [3, 3, undefined],
    ],
  )
  assert.deepEqual([board, pageInfo.hasNextPage], ['week:2026-11-23', false])
  assert.equal((await read({}, 'user_chi')).edges[2]?.node.user?.username, 'chi')
  const next = await read({ after: (await read({ first: 2 })).pageInfo.endCursor })
  assert.deepEqual(
    next.edges.map(({ node }) => [node.rank, node.xp]),
    [[3, 3]],
  )
  assert.deepEqual(await ownEntry(leaderboards, board, 'user_chi'), { rank: 3, xp: 3, ownId: 'user_chi' })
  assert.deepEqual(await ownEntry(leaderboards, board, 'user_new'), { rank: 4, xp: 0, ownId: 'user_new' })
})

test('a week, a month and all time have each a board of their own', () => {
  const boards = (['WEEKLY', 'MONTHLY', 'ALL_TIME'] as const).map((period) => boardOf(period, now))
  assert.deepEqual(boards, ['week:2026-11-23', 'month:2026-11', 'all'])
  assert.deepEqual(boardsOf(now), boards)
})

test('rule 11: whoever is first when a week is over has won it, and the first time is a champion', () => {
  const { stats, unlocked, happened } = won({ stats: { ...newStats, weeksWon: 0 }, unlocked: new Set() })
  assert.deepEqual([stats.weeksWon, stats.gems, unlocked], [1, 10, ['CHAMPION']])
  assert.deepEqual(happened, [{ type: 'user.achievement.unlocked', code: 'CHAMPION' }])
  const again = won({ stats, unlocked: new Set(unlocked) })
  assert.deepEqual([again.stats.weeksWon, again.stats.gems, again.happened], [2, 10, []])
})

test('rule 11: the last four weeks are settled once each, a minute after they are over', async () => {
  assert.deepEqual(finishedWeeks(now), [
    'week:2026-11-16',
    'week:2026-11-09',
    'week:2026-11-02',
    'week:2026-10-26',
  ])
  const settled: string[] = []
  const weeks: Weeks = {
    unsettled: async (boards) => boards.filter((board) => !settled.includes(board)),
    settle: async (board, decide) => {
      assert.equal(decide, won)
      settled.push(board)
    },
  }
  const monday = new Date('2026-11-22T17:00:00Z') // midnight in Vietnam
  await settleWeeks(weeks, new Date(monday.getTime() + 59_999))
  assert.equal(settled[0], 'week:2026-11-09')
  await settleWeeks(weeks, new Date(monday.getTime() + 60_000))
  assert.deepEqual([settled.length, settled.at(-1)], [5, 'week:2026-11-16'])
})
