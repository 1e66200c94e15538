import assert from 'node:assert/strict'
import { type Answer, type Ask, bearer, type EdgeRequest, graphql } from './ask.ts'

export type EdgeFacts = {
  ask: Ask
  /** An origin whose pages may call. */
  origin: string
  /** Of a known user. */
  good(): Promise<string>
  expired(): Promise<string>
  /** Signed by a key that is not the issuer's. */
  foreign(): Promise<string>
}
export type Check = { title: string; run(facts: EdgeFacts): Promise<void> }

const evil = 'https://evil.example'
const me = '{ me { id } }'
const large = (size: number) => `{ __typename } #${'x'.repeat(size)}`
const stream = 'subscription { profileUpdated { version } }'

const statusIs = (answer: Answer, status: number) =>
  assert.equal(answer.status, status, `answered ${answer.status} instead of ${status}`)

/** A refusal that a GraphQL client can read. */
function refused(answer: Answer, ...statuses: number[]): void {
  assert(statuses.includes(answer.status), `answered ${answer.status} instead of ${statuses.join(' or ')}`)
  assert.match(answer.headers['content-type'] ?? '', /json/, 'the refusal is not JSON')
  const { errors } = JSON.parse(answer.body) as { errors?: { extensions?: { code?: string } }[] }
  assert(errors?.[0]?.extensions?.code, 'the refusal has no code')
}

async function untilRefused(ask: () => Promise<Answer>): Promise<void> {
  // A minute may end meanwhile, and the counting begin anew.
  for (let asked = 0; asked < 700; asked += 1) {
    const answer = await ask()
    if (answer.status === 429) return refused(answer, 429)
  }
  assert.fail('700 requests and no 429')
}

function isMe(answer: Answer, id: RegExp | null): void {
  statusIs(answer, 200)
  const { data } = JSON.parse(answer.body) as { data?: { me: { id: string } | null } }
  if (id) assert.match(data?.me?.id ?? '', id)
  else assert.equal(data?.me, null, `it became ${data?.me?.id}`)
}

const upgrade = (origin?: string) => ({
  headers: {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': 'graphql-transport-ws',
    ...(origin && { origin }),
  },
})

const spoofed = {
  'x-user-id': 'user_puchiadmin',
  x_user_id: 'user_puchiadmin',
  'x-user-roles': 'admin',
  'x-userinfo': Buffer.from('{"sub":"user_puchiadmin","sid":"sess_1"}').toString('base64'),
  'x-access-token': 'x',
  'x-forwarded-user': 'user_puchiadmin',
  'x-forwarded-for': '127.0.0.1',
}

const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'apollographql-client-name,authorization,content-type',
  },
})

const closed = ['/metrics', '/livez', '/readyz', '/internal/viewer', '/apisix/admin/routes', '/v1/schema']
const scraped = '/apisix/prometheus/metrics'

/** What holds at every edge of ours. The last two use the caller's allowances up. */
export const checks: Check[] = [
  {
    title: 'the health paths of all services say ok',
    async run({ ask }) {
      for (const path of ['/healthz', '/auth/healthz', '/user/healthz']) {
        const answer = await ask(path)
        assert.deepEqual([path, answer.status, answer.body.trim()], [path, 200, 'ok'])
      }
    },
  },
  {
    title: 'without a token the public parts answer, and nobody is signed in',
    run: async ({ ask }) => isMe(await ask('/graphql', graphql(me)), null),
  },
  {
    title: 'with a good token its owner is signed in',
    run: async ({ ask, good }) => isMe(await ask('/graphql', graphql(me, bearer(await good()))), /^user_/),
  },
  {
    title: 'what is no token is refused',
    async run({ ask }) {
      for (const authorization of ['Bearer nonsense', 'Basic cHVjaGk6cHVjaGk='])
        refused(await ask('/graphql', graphql(me, { authorization })), 401)
      refused(await ask('/graphql', graphql(me, { authorization: 'nonsense' })), 400, 401)
    },
  },
  {
    title: 'a token of a foreign key is refused',
    run: async ({ ask, foreign }) =>
      refused(await ask('/graphql', graphql(me, bearer(await foreign()))), 401),
  },
  {
    title: 'A10 headers that claim an identity change nothing, with a token or without',
    async run({ ask, good }) {
      isMe(await ask('/graphql', graphql(me, spoofed)), null)
      const own = await ask('/graphql', graphql(me, { ...spoofed, ...bearer(await good()) }))
      isMe(own, /^user_(?!puchiadmin$)/)
    },
  },
  {
    title: 'a socket opens for our origin',
    run: async ({ ask, origin }) => statusIs(await ask('/graphql', upgrade(origin)), 101),
  },
  {
    title: 'W12 a socket of a foreign origin is refused with 403',
    run: async ({ ask }) => statusIs(await ask('/graphql', upgrade(evil)), 403),
  },
  {
    title: 'pages of our origin may call with a token',
    async run({ ask, origin }) {
      const { headers } = await ask('/graphql', preflight(origin))
      assert.equal(headers['access-control-allow-origin'], origin)
      for (const name of [/apollographql-client-name/i, /authorization/i])
        assert.match(headers['access-control-allow-headers'] ?? '', name)
      const answer = await ask('/graphql', graphql(me, { origin }))
      assert.equal(answer.headers['access-control-allow-origin'], origin)
    },
  },
  {
    title: 'a refusal too can be read by pages of our origin',
    async run({ ask, origin }) {
      const asked: [number, EdgeRequest][] = [
        [401, graphql(me, { origin, ...bearer('nonsense') })],
        [413, graphql(large(500_000), { origin })],
      ]
      for (const [status, one] of asked) {
        const answer = await ask('/graphql', one)
        refused(answer, status)
        assert.equal(answer.headers['access-control-allow-origin'], origin, `${status} is hidden`)
      }
    },
  },
  {
    title: 'pages of a foreign origin may read nothing',
    async run({ ask }) {
      for (const asked of [preflight(evil), graphql(me, { origin: evil })]) {
        const allowed = (await ask('/graphql', asked)).headers['access-control-allow-origin']
        assert(allowed === undefined || allowed === 'null', `${allowed} is allowed`)
      }
    },
  },
  {
    title: 'a body of half a megabyte or of two is refused with 413',
    async run({ ask }) {
      for (const size of [500_000, 2_000_000]) refused(await ask('/graphql', graphql(large(size))), 413)
    },
  },
  {
    title: 'a stream is not held back until it is long enough',
    async run({ ask, good }) {
      const asked = graphql(stream, { accept: 'text/event-stream', ...bearer(await good()) })
      const answer = await ask('/graphql/stream', { ...asked, begins: true })
      statusIs(answer, 200)
      assert.match(answer.headers['content-type'] ?? '', /event-stream/)
      assert(answer.body.length > 0, 'nothing came')
    },
  },
  {
    title: 'the earlier REST calls and their description are served',
    async run({ ask, good }) {
      const { body } = await ask('/auth/profile', { headers: bearer(await good()) })
      assert.match(body, /user_/, `answered ${body.slice(0, 100)}`)
      refused(await ask('/auth/profile'), 401)
      statusIs(await ask('/openapi.json'), 200)
    },
  },
  {
    title: 'a webhook needs no token, but a signature',
    async run({ ask }) {
      const headers = { 'content-type': 'application/json' }
      statusIs(await ask('/webhooks/clerk', { method: 'POST', headers, body: '{}' }), 400)
    },
  },
  {
    title: 'an unknown path is 404',
    async run({ ask }) {
      for (const path of ['/nothing', '/graphql/nothing', '/auth/graphql', '/user/graphql'])
        statusIs(await ask(path), 404)
    },
  },
  {
    title: 'A26 the paths of operators are 404',
    async run({ ask }) {
      for (const path of [...closed, scraped]) assert.deepEqual([path, (await ask(path)).status], [path, 404])
    },
  },
  {
    title: 'every answer has a request id and security headers',
    async run({ ask }) {
      for (const { headers } of [await ask('/graphql', graphql(me)), await ask('/nothing')]) {
        assert(headers['x-request-id'], 'no request id')
        assert.equal(headers['x-content-type-options'], 'nosniff')
        assert(headers['strict-transport-security'], 'no strict-transport-security')
      }
    },
  },
  {
    title: 'an expired token is refused',
    run: async ({ ask, expired }) =>
      refused(await ask('/graphql', graphql(me, bearer(await expired()))), 401),
  },
  {
    title: 'who asks too much without a token is refused with 429',
    run: ({ ask }) => untilRefused(() => ask('/graphql', graphql('{ __typename }'))),
  },
  {
    title: 'who sends bad tokens without end is refused with 429',
    run: ({ ask }) => untilRefused(() => ask('/graphql', graphql(me, bearer('nonsense')))),
  },
]

export type Outcome = { title: string; fault: string | null }

/** Runs the checks one after the other; each one though an earlier failed. */
export async function* checked(facts: EdgeFacts): AsyncGenerator<Outcome> {
  for (const { title, run } of checks) {
    const fault = await run(facts).then(
      () => null,
      (error: Error) => error.message.split('\n')[0] || String(error),
    )
    yield { title, fault }
  }
}
