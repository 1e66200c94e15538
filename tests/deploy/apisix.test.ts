import assert from 'node:assert/strict'
import { test } from 'node:test'
import { poolSettings } from '@puchi/platform/database/pool'
import { parse } from 'yaml'
import { subgraphs } from '../../dev/subgraphs.ts'
import { multipart, serverSentEvents } from '../../router/live/clients/framing.ts'
import { settings as routerSettings } from '../../router/settings.ts'
import {
  edgeText,
  edgeWith,
  misspeltOf,
  orderOf,
  type Plugins,
  processText,
  type Route,
  refusedOf,
  variablesOf,
} from './edge-file.ts'

const pem = `-----BEGIN CERTIFICATE-----\\n${'A'.repeat(200)}\\n-----END CERTIFICATE-----`
const edge = edgeWith({
  CLERK_ISSUER: 'https://clerk.puchi.io.vn',
  CORS_ORIGINS: 'https://puchi.io.vn,http://localhost:3000',
  EDGE_TLS_CERT: pem,
  EDGE_TLS_KEY: pem,
})
const settings = parse(processText) as {
  plugins: string[]
  apisix: {
    enable_admin: boolean
    dns_resolver_valid: number
    control: { ip: string }
    ssl: Record<string, unknown>
  }
  nginx_config: { envs: string[]; http: { custom_lua_shared_dict: Record<string, string> } }
}

const routeOf = (id: string): Route => {
  const route = edge.routes.find((one) => one.id === id)
  assert(route, `no route ${id}`)
  return route
}
/** What runs for a route besides the global rules. */
const pluginsOf = (id: string): Plugins => {
  const { plugin_config_id, plugins } = routeOf(id)
  return { ...edge.plugin_configs.find((one) => one.id === plugin_config_id)?.plugins, ...plugins }
}
/** What runs for every request. */
const rule: Plugins = Object.assign({}, ...edge.global_rules.map(({ plugins }) => plugins))
const source = (plugin: Record<string, unknown> | undefined): string =>
  String((plugin?.['functions'] as string[] | undefined)?.[0])
const streams = ['graphql-stream', 'graphql-stream-anonymous', 'stream', 'stream-anonymous']
const withToken = ['graphql', 'graphql-stream', 'stream', 'rest']

test('APISIX 3.18.0 takes every resource and every plugin setting', () => {
  assert.deepEqual(refusedOf(edge), [])
  assert.deepEqual(misspeltOf(edge), [])
  assert(edgeText.trimEnd().endsWith('#END'), 'without it APISIX reads nothing')
})

test('every id that a route names exists', () => {
  for (const { id, upstream_id, plugin_config_id } of edge.routes) {
    assert(
      edge.upstreams.some((one) => one.id === upstream_id),
      id,
    )
    if (plugin_config_id) assert(edge.plugin_configs.some((one) => one.id === plugin_config_id))
  }
})

test('every plugin in use is switched on, and no other', () => {
  const used = [...edge.routes, ...edge.global_rules, ...edge.plugin_configs].flatMap(({ plugins = {} }) =>
    Object.keys(plugins),
  )
  assert.deepEqual([...new Set(used)].sort(), settings.plugins.toSorted())
})

test('every variable reaches the file, and none of them has a secret for a default', () => {
  const named = variablesOf(edgeText + processText)
  assert.deepEqual(named.sort(), settings.nginx_config.envs.toSorted())
  assert.throws(
    () => edgeWith({ CLERK_ISSUER: 'x', CORS_ORIGINS: 'x', EDGE_TLS_CERT: pem }),
    /EDGE_TLS_KEY has no default/,
  )
  assert.doesNotMatch(edgeText + processText, /BEGIN|sk_(test|live)_|whsec_|client_secret/)
})

test('only these paths are let in, and no route is open to all of them', () => {
  const paths = edge.routes.flatMap(({ uri, uris = [] }) => (uri ? [uri] : uris))
  const health = subgraphs().map(({ name }) => `/${name}/healthz`)
  const listed = [
    ...health,
    '/auth/login',
    '/auth/logout',
    '/auth/profile',
    '/auth/refresh',
    '/docs',
    '/docs/*',
    '/graphql',
    '/graphql/stream',
    '/healthz',
    '/openapi.json',
    '/user/preferences',
    '/user/profile',
    '/user/progress',
    '/webhooks/clerk',
  ]
  assert.deepEqual([...new Set(paths)].sort(), listed.sort())
  for (const { methods, id } of edge.routes) assert(methods.length > 0, id)
})

test('A26 no route leads to an admin port, and APISIX offers none of its own', () => {
  const ports = edge.upstreams.flatMap(({ nodes }) => nodes.map(({ port }) => port))
  const served = subgraphs().map(({ url }) => Number(new URL(url).port))
  assert.deepEqual([...new Set(ports)].sort(), [4000, ...served].sort())
  assert.equal(settings.apisix.enable_admin, false)
  assert.equal(settings.apisix.control.ip, '127.0.0.1')
})

test('the upstreams are the router and the subgraphs of rover.yaml, at their ports', () => {
  for (const { name, url } of subgraphs()) {
    const upstream = edge.upstreams.find(({ id }) => id === name)
    assert.deepEqual(upstream?.nodes, [{ host: name, port: Number(new URL(url).port), weight: 1 }])
  }
  const others = edge.upstreams
    .map(({ id }) => id)
    .filter((id) => !subgraphs().some(({ name }) => name === id))
  assert.deepEqual(others, ['router', 'router-live'])
})

for (const id of withToken)
  test(`a request to ${id} with a token is let in only with a good one`, () => {
    assert.deepEqual(routeOf(id).vars?.at(-1), ['http_authorization', '~~', '.'])
    assert((routeOf(id).priority ?? 0) > (routeOf(`${id}-anonymous`).priority ?? 0))
    const openid = pluginsOf(id)['openid-connect'] ?? {}
    assert.equal(openid['bearer_only'], true)
    assert.equal(openid['use_jwks'], true)
    assert.equal(openid['ssl_verify'], true)
    assert.equal(openid['token_signing_alg_values_expected'], 'RS256')
    assert.deepEqual(openid['claim_validator'], { issuer: { valid_issuers: ['https://clerk.puchi.io.vn'] } })
    assert.deepEqual((openid['claim_schema'] as { required: string[] }).required, [
      'sub',
      'sid',
      'exp',
      'iat',
    ])
    assert.equal(openid['iat_slack'], 5)
    assert(Number(openid['jwk_expires_in']) <= 300)
    assert(openid['cache_segment'])
    assert.equal(openid['set_access_token_header'], false)
    assert.equal(openid['set_id_token_header'], false)
  })

for (const id of withToken)
  test(`a request to ${id} without a token is anonymous and counted more tightly`, () => {
    const plugins = pluginsOf(`${id}-anonymous`)
    assert.equal(plugins['openid-connect'], undefined)
    assert.deepEqual(plugins['limit-count']?.['key'], 'remote_addr')
    assert.equal(pluginsOf(id)['limit-count']?.['key'], 'http_x_user_id')
    assert(Number(plugins['limit-count']?.['count']) < Number(pluginsOf(id)['limit-count']?.['count']))
    assert(routeOf(`${id}-anonymous`).methods.includes('OPTIONS'), 'a preflight has no token')
  })

test('the checked signature is kept', () => {
  assert.equal(settings.nginx_config.http.custom_lua_shared_dict['jwt_verification'], '10m')
})

test('refused tokens are counted by address: APISIX’s own counters come after the check', () => {
  for (const id of withToken) {
    const order = orderOf(pluginsOf(id))
    const counting = order.indexOf('serverless-pre-function')
    assert(counting >= 0 && counting < order.indexOf('openid-connect'), id)
    assert.match(source(pluginsOf(id)['serverless-pre-function']), /refused_tokens:get[\s\S]*return 429/)
  }
  assert.match(
    source(rule['serverless-post-function']),
    /ngx\.status == 401 and ctx\.var\.http_authorization then\s+ngx\.shared\.refused_tokens:incr/,
  )
  const dictionaries = Array.from(edgeText.matchAll(/ngx\.shared\.(\w+)/g), ([, name = '']) => name)
  for (const name of dictionaries) assert(name in settings.nginx_config.http.custom_lua_shared_dict, name)
})

test('A10 every header that says who somebody is, or where from, is taken away', () => {
  assert.equal(rule['serverless-pre-function']?.['phase'], 'rewrite')
  const patterns = Array.from(
    source(rule['serverless-pre-function']).matchAll(/"(\^[^"]+)"/g),
    ([, text = '']) =>
      // Lua's % is the backslash of ours, and its - in a class of one needs none.
      new RegExp(text.replaceAll('%', '\\')),
  )
  const spoofed =
    'x-user-id x-user-roles x-userinfo x-session-id x-access-token x-id-token x-refresh-token x-roles'
  const whence = 'x-forwarded-for x-forwarded-host x-forwarded-user x-real-ip x-original-url forwarded'
  for (const name of `${spoofed} ${whence}`.split(' '))
    assert(
      patterns.some((pattern) => pattern.test(name)),
      name,
    )
  for (const name of ['authorization', 'x-request-id', 'content-type', 'traceparent', 'svix-id'])
    assert(!patterns.some((pattern) => pattern.test(name)), name)
  assert.match(source(rule['serverless-pre-function']), /gsub\("_", "-"\)/, 'x_user_id is x-user-id to some')
})

test('the address of a client is believed to the tunnel alone', () => {
  assert.deepEqual(rule['real-ip'], { source: 'http_cf_connecting_ip', trusted_addresses: ['127.0.0.1/32'] })
})

test('W12 only the socket route upgrades, and it refuses foreign origins and too many sockets', () => {
  assert.deepEqual(
    edge.routes.filter((route) => route.enable_websocket).map(({ id }) => id),
    ['graphql-socket'],
  )
  const { priority = 0, vars } = routeOf('graphql-socket')
  assert(priority > (routeOf('graphql').priority ?? 0))
  assert.deepEqual(vars, [['http_upgrade', '~*', '^websocket$']])
  const plugins = pluginsOf('graphql-socket')
  assert.match(source(plugins['serverless-pre-function']), /CORS_ORIGINS[\s\S]*return 403/)
  assert.equal(plugins['limit-conn']?.['key'], 'remote_addr')
  const { LIVE_PER_ADDRESS: routers } = routerSettings.shape
  for (const id of ['graphql-socket', ...streams])
    assert(
      Number(pluginsOf(id)['limit-conn']?.['conn']) >= routers.parse(undefined),
      `${id}: a class is locked out`,
    )
})

const streamedAccepts = [
  'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json', // Apollo Client
  'text/event-stream, multipart/mixed', // urql, of a subscription
  'text/event-stream', // EventSource
]
// The router answers these with JSON, whatever else they name: retried and timed as every query.
const plainAccepts = [
  'application/graphql-response+json, application/json;q=0.9, */*',
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed', // urql, of a query
  'text/event-stream, */*',
]

test('a stream at the address of queries goes where streams go, whoever asks for it', () => {
  const socket = routeOf('graphql-socket').priority ?? 0
  for (const [id, plain] of [
    ['graphql-stream', 'graphql'],
    ['graphql-stream-anonymous', 'graphql-anonymous'],
  ] as const) {
    const { priority = 0, vars = [], upstream_id } = routeOf(id)
    assert(socket > priority && priority > (routeOf(plain).priority ?? 0))
    const [[name, operator, pattern] = [], ...others] = vars
    assert.deepEqual(others, routeOf(plain).vars)
    assert.deepEqual([name, operator, upstream_id], ['http_accept', '~*', 'router-live'])
    const asked = new RegExp(String(pattern), 'i')
    for (const { contentType } of [serverSentEvents, multipart]) assert.match(contentType, asked)
    for (const accept of streamedAccepts) assert.match(accept, asked)
    for (const accept of plainAccepts) assert.doesNotMatch(accept, asked)
  }
})

test('only listed origins may read answers with credentials', () => {
  for (const id of withToken)
    for (const cors of [pluginsOf(id)['cors'], pluginsOf(`${id}-anonymous`)['cors']]) {
      assert.equal(cors?.['allow_origins'], 'https://puchi.io.vn,http://localhost:3000')
      assert.equal(cors?.['allow_credential'], true)
      assert(!String(cors?.['allow_methods']).includes('*'))
    }
})

test('a page can read what the edge refuses, may use every method that is let in, and send any header', () => {
  const shared = edge.routes.filter(({ id }) => pluginsOf(id)['cors'])
  assert.equal(shared.length, 2 * withToken.length)
  for (const { id, methods } of shared) {
    assert.equal(orderOf(pluginsOf(id))[0], 'cors', id)
    const { allow_methods: allowed, allow_headers: headers } = pluginsOf(id)['cors'] ?? {}
    for (const method of methods) assert(String(allowed).split(',').includes(method), `${id} ${method}`)
    assert.equal(headers, '**')
  }
})

test('every body is capped', () => {
  for (const { id, methods } of edge.routes)
    if (methods.includes('POST'))
      assert.equal(pluginsOf(id)['client-control']?.['max_body_size'], 256 * 1024, id)
})

test('whatever the edge refuses by itself it refuses in the shape of GraphQL', () => {
  const rewrite = rule['response-rewrite'] ?? {}
  assert.deepEqual(rewrite['vars'], [
    ['status', 'in', [400, 401, 413, 429, 502, 503, 504]],
    ['sent_http_content_type', '!', '~~', 'json'],
  ])
  const [error] = (JSON.parse(String(rewrite['body'])) as { errors: { extensions: object }[] }).errors
  assert.deepEqual(error?.extensions, { code: 'GATEWAY_REFUSED' })
})

test('every answer carries a request id and security headers, and is counted', () => {
  assert.deepEqual(rule['request-id'], { header_name: 'X-Request-Id', include_in_response: true })
  assert.equal(rule['serverless-post-function']?.['phase'], 'header_filter')
  for (const name of ['Content-Security-Policy', 'X-Content-Type-Options', 'Strict-Transport-Security'])
    assert(source(rule['serverless-post-function']).includes(name))
  assert(rule['prometheus'])
})

test('every request is counted by address, under a name of the counter’s own', () => {
  const { group, key, rejected_code: status, allow_degradation: goesOn } = rule['limit-count'] ?? {}
  assert.deepEqual([group, key, status, goesOn], ['per-address', 'remote_addr', 429, true])
})

test('no plugin stands in two global rules: APISIX would run neither', () => {
  const used = edge.global_rules.flatMap(({ plugins }) => Object.keys(plugins ?? {}))
  assert.equal(new Set(used).size, used.length)
})

test('P5 two routers share the work, looked after, and only what is safe is tried again', () => {
  for (const { id, nodes, checks, retries, timeout, keepalive_pool } of edge.upstreams) {
    assert.equal(nodes.length, id.startsWith('router') ? 2 : 1)
    assert.equal(checks.active.http_path, '/healthz')
    assert.equal(retries, id === 'router' ? 1 : 0)
    assert.equal(timeout.read, id === 'router-live' ? 120 : 15)
    assert(keepalive_pool.idle_timeout < 65)
  }
})

test('whoever waits gives up before the one who waits for it: statement, its answer, subgraph, router, edge', () => {
  const { statement_timeout: statement, query_timeout: query } = poolSettings('')
  const { SUBGRAPH_TIMEOUT_MS: subgraph, ROUTER_TIMEOUT_MS: router } = routerSettings.shape
  const edgeWaits = edge.upstreams.map(({ timeout }) => timeout.read * 1_000)
  const waits = [statement, query, subgraph.parse(undefined), router.parse(undefined), Math.min(...edgeWaits)]
  assert.deepEqual(
    waits,
    waits.toSorted((one, other) => Number(one) - Number(other)),
  )
  assert.equal(new Set(waits).size, waits.length)
})

test('a part that was made anew under its name is found within seconds', () => {
  assert(settings.apisix.dns_resolver_valid <= 5, 'Docker would have its old address asked for 600 s')
})

test('the webhook needs no token and goes to auth; the health paths answer for each service', () => {
  assert.equal(routeOf('clerk-webhook').upstream_id, 'auth')
  assert.equal(pluginsOf('clerk-webhook')['openid-connect'], undefined)
  for (const name of ['auth', 'user']) {
    assert.equal(routeOf(`${name}-health`).upstream_id, name)
    assert.deepEqual(pluginsOf(`${name}-health`)['proxy-rewrite'], { uri: '/healthz' })
  }
})
