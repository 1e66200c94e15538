const rust = process.env.PLANNER === 'rust' ? await import('@graphql-hive/router-runtime') : {}

export const gatewayConfig = {
  transportEntries: { '*.http': { options: { subscriptions: { kind: 'ws', location: '/graphql' } } } },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? '' }),
  },
  ...(rust.unifiedGraphHandler && { unifiedGraphHandler: rust.unifiedGraphHandler }),
}
