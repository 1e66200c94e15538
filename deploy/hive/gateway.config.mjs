// Hive Gateway (npm @graphql-hive/gateway) in our router's place:
//   ROUTER_CREDENTIAL=… hive-gateway supergraph schema/supergraph.graphql --config-path deploy/hive/gateway.config.mjs
// AUTH_URL and USER_URL say where the subgraphs are, if not where the supergraph says.
const credential = { 'router-credential': process.env.ROUTER_CREDENTIAL ?? '' }

// Over HTTP a user's token is in the headers; over a socket it is in what the client connected with.
const authorization = '{context.connectionParams.authorization}'

const subscriptions = {
  kind: 'ws',
  location: '/graphql',
  options: { connectionParams: { ...credential, authorization } },
}

const at = (location) => ({ ...(location && { location }), options: { subscriptions } })

export const gatewayConfig = {
  propagateHeaders: {
    fromClientToSubgraphs: ({ request, context }) => ({
      ...credential,
      authorization:
        request?.headers.get('authorization') ?? context?.connectionParams?.authorization ?? undefined,
    }),
  },
  transportEntries: { auth: at(process.env.AUTH_URL), user: at(process.env.USER_URL) },
}
