import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { headerNames, sign } from '@puchi/platform/identity/signature'
import { variable } from '../dev/places.ts'
import { root, subgraphs } from '../dev/subgraphs.ts'
import {
  callerEnv,
  credentialCall,
  type Issuer,
  openIssuer,
  routerSecret,
  send,
  signedCall,
  viewerOf,
} from './harness/caller.ts'
import { databaseFor } from './harness/database.ts'
import { until } from './harness/until.ts'

type Started = { url: string; adminUrl: string; close(): Promise<void> }
type Main = { start(env: NodeJS.ProcessEnv): Promise<Started> }

const nowhere = 'http://127.0.0.1:9'

async function startSubgraph(
  name: string,
  database: string,
  issuer: string,
  more: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const { start }: Main = await import(`${root}/subgraphs/${name}/main.ts`)
  const own = { PORT: '0', ADMIN_PORT: '0', DATABASE_URL: database }
  const prefixed = Object.entries(own).map(([key, value]) => [variable(name, key), value])
  const clerk = {
    REFRESH_TOKEN_SECRETS: 'r'.repeat(32),
    CLERK_SECRET_KEY: 'sk_test_none',
    CLERK_API_URL: nowhere,
    VIEWER_URL: nowhere,
    CLERK_WEBHOOK_SECRETS: 'whsec_dGVzdA==',
  }
  return start({ ...callerEnv(issuer), ...clerk, ...Object.fromEntries(prefixed), ...more })
}

const sdl = { query: '{ _service { sdl } }' }
const me = { query: '{ me { id } }' }
const entities = {
  query: 'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }',
  variables: { r: [{ __typename: 'User', id: 'user_lan' }] },
}

for (const { name } of subgraphs()) {
  const database = await databaseFor(name)

  describe(`the door of ${name}`, () => {
    let issuer: Issuer
    let service: Started
    before(async () => {
      issuer = await openIssuer()
      service = await startSubgraph(name, database, issuer.url)
    })
    after(async () => {
      await service.close()
      await issuer.close()
    })

    const refused = async (call: Parameters<typeof send>[1]) => {
      const { status, text, json } = await send(service.url, call)
      assert.equal(status, 401, text)
      assert.equal(json().errors[0].extensions.code, 'UNAUTHENTICATED')
      assert.doesNotMatch(text, /type User|@key|"data"/)
    }

    test('A11 nobody but a router gets an answer, least of all the schema', async () => {
      for (const asked of [sdl, entities, me]) {
        await refused({ body: JSON.stringify(asked) })
        await refused({
          body: JSON.stringify(asked),
          headers: { authorization: `Bearer ${await issuer.token('user_lan')}` },
        })
        await refused({ body: JSON.stringify(asked), headers: { 'router-credential': 'guessed' } })
      }
    })

    test('our router is let in, for a viewer and for nobody', async () => {
      const { json } = await send(service.url, signedCall(sdl))
      assert.match(json().data._service.sdl, /type User @key/)
      const asLan = await send(service.url, signedCall(me, viewerOf('user_lan')))
      assert.deepEqual(asLan.json(), { data: { me: { id: 'user_lan' } } })
      assert.deepEqual((await send(service.url, signedCall(me))).json(), { data: { me: null } })
      assert.deepEqual((await send(service.url, signedCall(entities))).json().data._entities, [
        { id: 'user_lan' },
      ])
    })

    test('A13 a signed call that is stale, or has another body or viewer, is refused', async () => {
      await refused(signedCall(sdl, null, Date.now() - 31_000))
      await refused(signedCall(sdl, null, Date.now() + 31_000))
      await refused({ ...signedCall(me), body: JSON.stringify(sdl) })
      const { body, headers } = signedCall(me)
      const { [headerNames.caller]: caller } = signedCall(me, viewerOf('user_an')).headers
      await refused({ body, headers: { ...headers, [headerNames.caller]: caller ?? '' } })
      await refused({ body, headers: sign('x'.repeat(32), { viewer: null }, { path: '/graphql', body }) })
    })

    test('A13 a signed call that is a GET is refused, for its signature covers no search parameters', async () => {
      const { headers } = signedCall(me, viewerOf('user_lan'))
      const signedForNothing = sign(
        routerSecret,
        { viewer: viewerOf('user_lan') },
        { path: '/graphql', body: '' },
      )
      const url = `${service.url}?query=${encodeURIComponent(sdl.query)}`
      const get = async (more: Record<string, string>) => {
        const response = await fetch(url, { headers: { 'content-type': 'application/json', ...more } })
        return [response.status, response.headers.get('allow'), /type User/.test(await response.text())]
      }
      assert.deepEqual(await get(signedForNothing), [405, 'POST', false])
      assert.deepEqual(await get(headers), [401, null, false])
    })

    test('A10 a header that says who somebody is changes nothing, whoever sends it', async () => {
      const spoofed = {
        'x-user-id': 'user_admin',
        'x-user-roles': 'admin',
        'x-userinfo': Buffer.from('{"sub":"user_admin"}').toString('base64'),
        'x-access-token': await issuer.token('user_admin'),
        'x-id-token': await issuer.token('user_admin'),
        'x-forwarded-user': 'user_admin',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': 'admin.example',
        cookie: `__session=${await issuer.token('user_admin')}`,
      }
      const viewer = Buffer.from(JSON.stringify(viewerOf('user_admin', 'admin:users'))).toString('base64url')
      await refused({ body: JSON.stringify(me), headers: spoofed })
      await refused({ body: JSON.stringify(me), headers: { ...spoofed, [headerNames.caller]: viewer } })
      const meFor = async ({ body, headers }: { body: string; headers: Record<string, string> }) =>
        (await send(service.url, { body, headers: { ...spoofed, ...headers } })).json().data.me
      assert.equal(await meFor(signedCall(me)), null)
      assert.equal(await meFor(credentialCall(me)), null)
      const claimed = credentialCall(me)
      assert.equal(
        await meFor({ ...claimed, headers: { ...claimed.headers, [headerNames.caller]: viewer } }),
        null,
      )
      assert.deepEqual(await meFor(signedCall(me, viewerOf('user_lan'))), { id: 'user_lan' })
      assert.deepEqual(await meFor(credentialCall(me, await issuer.token('user_an'))), { id: 'user_an' })
      if (name !== 'auth') return
      const users = { query: '{ users { edges { node { id } } } }' }
      const asked = credentialCall(users, await issuer.token('user_an'))
      const { json } = await send(service.url, { ...asked, headers: { ...spoofed, ...asked.headers } })
      assert.deepEqual([json().data, json().errors[0].extensions.code], [{ users: null }, 'FORBIDDEN'])
    })

    test('any other router is let in by its credential, for the user of the token it sends', async () => {
      const asAn = await send(service.url, credentialCall(me, await issuer.token('user_an')))
      assert.deepEqual(asAn.json(), { data: { me: { id: 'user_an' } } })
      assert.deepEqual((await send(service.url, credentialCall(me))).json(), { data: { me: null } })
      await refused(credentialCall(me, `${await issuer.token('user_an')}x`))
    })

    test('with CLERK_JWT_KEY the token that another router sends is verified without the issuer', async () => {
      const { pem, url: CLERK_ISSUER } = issuer
      const keys = { CLERK_ISSUER, CLERK_JWT_KEY: pem }
      const alone = await startSubgraph(name, database, nowhere, keys)
      const asAn = await send(alone.url, credentialCall(me, await issuer.token('user_an')))
      const forged = await send(alone.url, credentialCall(me, `${await issuer.token('user_an')}x`))
      await alone.close()
      assert.deepEqual([asAn.json(), forged.status], [{ data: { me: { id: 'user_an' } } }, 401])
    })

    test('A26 health and metrics are not on the public port', async () => {
      for (const path of ['/metrics', '/livez', '/readyz'])
        assert.equal((await fetch(new URL(path, service.url))).status, 404)
      assert.equal(await (await fetch(new URL('/healthz', service.url))).text(), 'ok')
    })

    test('health and metrics are read, and nothing is sent there', async () => {
      const places = ['/livez', '/readyz', '/metrics'].map((path) => new URL(path, service.adminUrl))
      for (const place of [...places, new URL('/healthz', service.url)]) {
        assert.equal((await fetch(place, { method: 'HEAD' })).status, 200)
        for (const method of ['POST', 'DELETE', 'OPTIONS']) {
          const { status, headers } = await fetch(place, { method })
          assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD'], `${method} ${place.pathname}`)
        }
      }
    })
  })

  test(`D9 ${name} boots without its database, and is ready soon after that appears`, async () => {
    const gate = createServer()
    await once(gate.listen(0, '127.0.0.1'), 'listening')
    const { port } = gate.address() as { port: number }
    await once(gate.close(), 'close')
    const url = new URL(database)
    const began = performance.now()
    const absent = Object.assign(new URL(database), { host: `127.0.0.1:${port}` })
    const service = await startSubgraph(name, absent.href, nowhere)
    const statusOf = async (path: string) => (await fetch(`${service.adminUrl}${path}`)).status
    assert.equal(await statusOf('/livez'), 200)
    assert(performance.now() - began < 2_000)
    assert.equal(await statusOf('/readyz'), 503)
    const proxy = await forward(port, url)
    await until('it is ready', async () => (await statusOf('/readyz')) === 200, 5_000)
    await service.close()
    proxy.close()
  })

  test(`P13 ${name} without settings ends with 1 in 2 s, naming each one and no value`, async () => {
    const empty = await run(['-e', ''])
    const { said, code, ms } = await run([`${root}/subgraphs/${name}/main.ts`])
    assert.equal(code, 1)
    // Other tests share the machine: so much slower than an idle one (50 ms) is it at this moment.
    const slowness = Math.max(1, empty.ms / 50)
    assert(ms < 2_000 * slowness, `took ${ms} ms, an empty program ${empty.ms} ms`)
    const own = ['PORT', 'ADMIN_PORT', 'DATABASE_URL'].map((key) => variable(name, key))
    for (const key of [
      ...own,
      'ROUTER_CREDENTIALS',
      'RABBITMQ_URL',
      'CLERK_ISSUER',
      'CLERK_JWKS_URL',
      'CLERK_AUTHORIZED_PARTIES',
    ])
      assert(said.includes(`${key}: is missing`), `${key} in ${said}`)
    assert.match(said, /ROUTER_SECRETS: must have at least 32 characters/)
    assert.doesNotMatch(said, /too-short/)
  })
}

/** Runs Node in an environment that says next to nothing, and times it. */
async function run(program: string[]): Promise<{ said: string; code: number; ms: number }> {
  const began = performance.now()
  const env = { PATH: process.env['PATH'], ROUTER_SECRETS: 'too-short' }
  const child = spawn(process.execPath, program, { env })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { said, code, ms: performance.now() - began }
}

/** Makes a database appear at a port where nothing was. */
async function forward(port: number, to: URL): Promise<Server> {
  const proxy = createServer((client) => {
    const server = connect(Number(to.port), to.hostname)
    client.pipe(server).pipe(client)
    for (const socket of [client, server]) socket.on('error', () => socket.destroy())
  })
  await once(proxy.listen(port, '127.0.0.1'), 'listening')
  return proxy
}
