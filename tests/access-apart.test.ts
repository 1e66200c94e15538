import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { median } from '../bench/percentile.ts'
import { asOwner } from './harness/auth-database.ts'
import { namedOperation } from './harness/operations.ts'
import { sessionOf } from './harness/session.ts'
import { type Stack, startProcesses } from './harness/stack.ts'
import { until } from './harness/until.ts'

let stack: Stack
const secrets: string[] = []
before(async () => {
  stack = await startProcesses({ LOG_LEVEL: 'debug', MUTATIONS_PER_MINUTE: '10000' })
  // The first question of all takes long, and a router that waits for auth in vain serves without permissions.
  await stack.ask('{ me { id } }', { token: await stack.token('puchiadmin') })
})
after(() => stack?.close())

/** A live session of a demo learner that auth and the router know, and how to ask in it. */
async function session(username: string) {
  const { id, token } = await sessionOf(stack, username)
  const ask = async (name: string, variables = {}) => {
    const text = name.startsWith('{') ? name : namedOperation(name)
    const { status, body } = await stack.ask(text, { token, variables })
    const [{ message = '', extensions = {} } = {}] = body.errors ?? []
    return { status, data: body.data, code: extensions['code'], message }
  }
  const { data } = await ask('Login', { input: { deviceName: 'Phone' } })
  secrets.push(token, data.login.refreshToken)
  return { id, token, ask, refreshToken: String(data.login.refreshToken) }
}

test('A16 over RabbitMQ a session that is revoked elsewhere is refused by the router within 2 s, and stays so', async () => {
  const [laptop, phone] = [await session('thutran'), await session('thutran')]
  assert.equal((await phone.ask('Sessions')).status, 200)
  assert.equal((await laptop.ask('RevokeSession', { sessionId: phone.id })).code, undefined)
  const refused = async () => (await phone.ask('{ me { id } }')).status === 401
  await until('the router refuses the phone', refused, 2_000)
  for (let i = 0; i < 20; i += 1) assert.equal((await phone.ask('{ me { id } }')).code, 'UNAUTHENTICATED')
  assert.equal((await laptop.ask('Sessions')).code, undefined)
})

test('A16 over RabbitMQ a role that is revoked allows nothing at the router after 2 s', async () => {
  const admin = await session('puchiadmin')
  const grant = { userId: 'user_linhvo', role: 'admin' }
  const learner = await session('linhvo')
  assert.equal((await learner.ask('AdminUsers')).code, 'FORBIDDEN')
  assert.equal((await admin.ask('AssignRole', grant)).code, undefined)
  await until('the role allows', async () => (await learner.ask('AdminUsers')).data.users !== null, 2_000)
  assert.equal((await admin.ask('RevokeRole', grant)).code, undefined)
  await until('it does not', async () => (await learner.ask('AdminUsers')).code === 'FORBIDDEN', 2_000)
  for (let i = 0; i < 20; i += 1) assert.equal((await learner.ask('AdminUsers')).data.users, null)
})

const denials = (where = 'true') =>
  asOwner<{ actor: string; resource: string; field: string; at: Date }>(
    stack.databases['auth'] ?? '',
    `SELECT actor, resource, resource_id AS field, at FROM audit_log
     WHERE action = 'access.denied' AND resource = 'field' AND ${where} ORDER BY seq`,
  )

test('access.denied: what the router denies is audited by auth, once for user, field and minute however often it is asked', async () => {
  const learner = await session('anpham')
  const began = Date.now()
  const flood = Array.from({ length: 40 }, async () => {
    for (let i = 0; i < 10; i += 1)
      await learner.ask('{ a: users { pageInfo { hasNextPage } } roles { name } }')
  })
  await Promise.all([...flood, stack.ask('{ users { pageInfo { hasNextPage } } }')])
  const minutes = Math.floor(Date.now() / 60_000) - Math.floor(began / 60_000) + 1
  const mine = () => denials("actor = 'user_anpham'")
  await until(
    'both fields are in the log',
    async () => new Set((await mine()).map(({ field }) => field)).size === 2,
  )
  const rows = await mine()
  assert(rows.length <= 2 * minutes, `${rows.length} rows in ${minutes} minutes`)
  assert.deepEqual([...new Set(rows.map(({ field }) => field))].toSorted(), ['Query.roles', 'Query.users'])
  assert.deepEqual(await denials('actor IS NULL'), [])
  const metrics = await (await fetch(`${stack.routerAdminUrl}/metrics`)).text()
  const denied = [...metrics.matchAll(/^access_denied_total\{.*\} (\d+)/gm)].map(([, count]) => Number(count))
  assert(denied.reduce((sum, count) => sum + count, 0) >= 800)
  const admin = await session('puchiadmin')
  const { data } = await admin.ask('AuditLog', { filter: { action: 'access.denied', userId: 'user_anpham' } })
  assert.equal(data.auditLog.edges[0].node.actor.username, 'anpham')
})

test('A15 over RabbitMQ a learner who grants a role, or puts one into a profile, gets nothing; the grant is audited', async () => {
  const learner = await session('huongle')
  const grant = { userId: 'user_huongle', role: 'admin' }
  const { data, code } = await learner.ask('AssignRole', grant)
  assert.deepEqual([data, code], [{ assignRole: null }, 'FORBIDDEN'])
  for (const field of [
    'role: "admin"',
    'roles: ["admin"]',
    'permissions: ["admin:users"]',
    'id: "user_puchiadmin"',
  ]) {
    const text = `mutation { updateProfile(input: { ${field} }) { user { id } } }`
    const { status, body } = await stack.ask(text, { token: learner.token })
    assert.deepEqual([status, body.data], [400, undefined], field)
  }
  const input = { role: 'admin', permissions: ['admin:users'] }
  const { status } = await stack.ask(namedOperation('UpdateProfile'), {
    token: learner.token,
    variables: { input },
  })
  assert.equal(status, 400)
  assert.deepEqual((await learner.ask('Viewer')).data.me.roles, ['student', 'user'])
  const noted = () => denials("actor = 'user_huongle' AND resource_id = 'Mutation.assignRole'")
  await until('the denial is in the log', async () => (await noted()).length > 0)
  assert.equal((await noted()).length, 1)
})

test('A29 a cookie is nobody: neither __session nor a refresh token in one signs anybody in, and none is ever set', async () => {
  const { token, refreshToken } = await session('quangdo')
  const cookie = `__session=${token}; __client_uat=1; __client=${refreshToken}; refreshToken=${refreshToken}`
  const headers = { cookie, origin: 'http://localhost:3000' }
  const me = await stack.ask('{ me { id } }', { headers })
  assert.deepEqual([me.status, me.body.data], [200, { me: null }])
  const out = await stack.ask(namedOperation('Logout'), { headers })
  assert.deepEqual(
    [out.body.data, out.body.errors?.[0]?.extensions['code']],
    [{ logout: null }, 'UNAUTHENTICATED'],
  )
  const base = stack.url.replace('/graphql', '')
  for (const path of ['/auth/logout', '/auth/login']) {
    const { status } = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{}',
    })
    assert.equal(status, 401, path)
  }
  const signedIn = await stack.ask(namedOperation('Sessions'), { token })
  const rotated = await stack.ask(namedOperation('RefreshToken'), { variables: { refreshToken } })
  assert.equal(rotated.status, 200)
  for (const { headers: answered } of [me, out, signedIn, rotated])
    assert.equal(answered.get('set-cookie'), null)
})

test('A29 nobody can be given a session: login takes its id from the token alone', async () => {
  const [mine, theirs] = [await session('huongle'), await session('minhnguyen')]
  const text = 'mutation { login(input: { sessionId: "x" }) { session { id } } }'
  assert.equal((await stack.ask(text, { token: mine.token })).status, 400)
  const { body } = await stack.ask('mutation { login { session { id } } }', {
    token: mine.token,
    headers: { 'x-session-id': theirs.id, cookie: `__session=${theirs.token}` },
  })
  assert.equal(body.data.login.session.id, mine.id)
})

test('A24 somebody who is hidden or a stranger’s is answered as nobody is: the same body, in the same time', async () => {
  const learner = await session('tuanbui')
  const other = await session('minhnguyen')
  await asOwner(
    stack.databases['user'] ?? '',
    "UPDATE preferences SET findable_by_username = false WHERE learner_id = 'user_huongle'",
  )
  const spent = (await session('huongle')).refreshToken
  await asOwner(
    stack.databases['auth'] ?? '',
    "UPDATE refresh_tokens SET expires_at = now() - interval '1 day' WHERE session_id IN (SELECT id FROM sessions WHERE user_id = 'user_huongle')",
  )
  const unknown = spent.replace(/.{8}$/, 'AAAAAAAA')
  const pairs: [string, object, object][] = [
    ['PublicProfile', { username: 'huongle' }, { username: 'nobodyle' }],
    ['RevokeSession', { sessionId: other.id }, { sessionId: 'sess_nobody' }],
    ['RefreshToken', { refreshToken: spent }, { refreshToken: unknown }],
  ]
  for (const [name, known, nobody] of pairs) {
    const apart: number[] = []
    const said = new Set<string>()
    const timed = async (variables: object) => {
      const begin = performance.now()
      said.add(JSON.stringify(await learner.ask(name, variables)))
      return performance.now() - begin
    }
    // Each pair is asked at one time, either first: what else the machine does slows both.
    for (let i = 0; i < 60; i += 1)
      if (i % 2) apart.push((await timed(known)) - (await timed(nobody)))
      else apart.push(-(await timed(nobody)) + (await timed(known)))
    assert.equal(said.size, 1, [...said].join('\n'))
    assert(Math.abs(median(apart)) < 10, `${name}: ${median(apart)} ms apart`)
  }
})

test('A25 after all this no token, e-mail address, secret or cookie stands in a log, a metric, an event or the audit log', async () => {
  const admin = await session('puchiadmin')
  await admin.ask('AdminUsers', { filter: { emailPrefix: 'anpham@example.com' } })
  await admin.ask('{ me { email sessions { userAgent } } }')
  for (const token of ['eyJhbGciOiJub25lIn0.e30.x', `${admin.token}x`])
    await stack.ask('{ me { id } }', { token })
  await stack.ask(`{ me { id(token: "${admin.token}") } }`, {
    headers: { cookie: `__session=${admin.token}` },
  })
  await stack.ask('{ me', { headers: { authorization: `Basic ${btoa('anpham@example.com:secret')}` } })
  const metrics = await Promise.all(
    stack.adminUrls.map(async (url) => (await fetch(`${url}/metrics`)).text()),
  )
  const kept = await Promise.all(
    Object.entries(stack.databases).flatMap(([name, url]) =>
      ['outbox', 'inbox', ...(name === 'auth' ? ['audit_log', 'denials'] : [])].map(async (table) =>
        JSON.stringify(await asOwner(url, `SELECT t::text FROM ${table} t`)),
      ),
    ),
  )
  const { env } = stack
  const told = [
    'REFRESH_TOKEN_SECRETS',
    'CLERK_SECRET_KEY',
    'CLERK_WEBHOOK_SECRETS',
    'ROUTER_SECRETS',
    'ROUTER_CREDENTIALS',
  ].map((name) => env[name] ?? '')
  const places = { logs: stack.said(), metrics: metrics.join('\n'), events: kept.join('\n') }
  assert.match(places.logs, /listens/)
  assert.match(places.metrics, /requests/)
  assert.match(places.events, /access\.denied/)
  for (const [place, text] of Object.entries(places)) {
    for (const pattern of [
      /eyJ[\w-]{8,}/,
      /[\w.+-]+@example\.com/,
      /whsec_\w/,
      /sk_test_\w/,
      /\brt_\w{20,}/,
      /__session/,
    ])
      assert.equal(pattern.exec(text)?.[0], undefined, place)
    for (const secret of [...secrets, ...told]) assert(!text.includes(secret), `a secret stands in ${place}`)
  }
})
