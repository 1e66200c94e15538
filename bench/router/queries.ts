import { readFileSync } from 'node:fs'

export type Query = { query: string; operationName: string; variables?: object }

/** What is asked of every gateway. */
export const queries = {
  me: {
    operationName: 'Me',
    query:
      'query Me { me { id email roles { name permissions } profile { displayName avatarUrl } preferences { dailyGoal } progress { xp streak lessons { id status } } } }',
  },
  board: {
    operationName: 'Board',
    variables: { n: 50 },
    query:
      'query Board($n: Int!) { leaderboard(limit: $n) { rank score user { id email profile { displayName } roles { name } friends { id email } } } }',
  },
  heavy: {
    operationName: 'Heavy',
    query: `query Heavy {
  users { id email reviews { id body product { upc name inStock } } }
  topProducts(first: 5) { upc name price inStock shelf reviews { id body author { id email reviews { id body product { upc name price } } } } }
}`,
  },
  // Puchi's own screen, over a subgraph of its shape.
  profile: {
    operationName: 'ProfilePage',
    variables: { username: 'learner-1', from: '2026-08-01', to: '2026-11-25', weeks: 12 },
    query: readFileSync(
      new URL('../../schema/operations/profile-page.graphql', import.meta.url),
      'utf8',
    ).replace('leaderboard(period: WEEKLY, first: 10)', 'leaderboard: weeklyBoard(first: 10)'),
  },
} satisfies Record<string, Query>
