const rust = process.env.PLANNER === 'rust' ? await import('@graphql-hive/router-runtime') : {}

export const gatewayConfig = {
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? '' }),
  },
  ...(rust.unifiedGraphHandler && { unifiedGraphHandler: rust.unifiedGraphHandler }),
}
