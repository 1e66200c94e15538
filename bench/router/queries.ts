/** What is asked of every gateway. */
export const queries: Record<string, { query: string; operationName: string; variables?: object }> = {
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
}
