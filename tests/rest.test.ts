import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { sessionOf } from './harness/session.ts'
import { type Stack, startStack } from './harness/stack.ts'
import { need } from './harness/tools.ts'

const tool = need('chromium')
let stack: Stack
before(async () => {
  stack = await startStack()
})
after(() => stack.close())

const at = (path: string) => new URL(path, stack.url).href

async function send(method: string, path: string, { token = '', body = undefined as unknown } = {}) {
  const response = await fetch(at(path), {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answered = (await response.json()) as ReturnType<typeof JSON.parse>
  return { status: response.status, body: answered, code: answered.errors?.[0].extensions.code }
}

test('a profile is read and changed: what one call writes the next one answers', async () => {
  const token = await stack.token('puchiuser')
  const account = await send('GET', '/auth/profile', { token })
  assert.deepEqual([account.status, account.body.email], [200, 'puchiuser@example.com'])
  const changed = await send('PUT', '/user/profile', { token, body: { bio: 'Xin chào' } })
  assert.deepEqual([changed.status, changed.body.bio], [200, 'Xin chào'])
  const read = await send('GET', '/user/profile', { token })
  assert.deepEqual([read.body.username, read.body.bio], ['puchiuser', 'Xin chào'])
  const preferred = await send('POST', '/user/preferences', { token, body: { theme: 'DARK' } })
  assert.deepEqual([preferred.status, preferred.body.theme], [200, 'DARK'])
  const progress = await send('GET', '/user/progress?first=2', { token })
  assert.equal(progress.body.edges.length, 2)
})

test('login answers a refresh token, refresh replaces it without a session token, logout ends the session', async () => {
  const { token } = await sessionOf(stack, 'anpham')
  const login = await send('POST', '/auth/login', { token, body: { deviceName: 'Old phone' } })
  assert.deepEqual([login.status, login.body.session.deviceName], [200, 'Old phone'])
  const { refreshToken } = login.body
  const refreshed = await send('POST', '/auth/refresh', { body: { refreshToken } })
  assert.equal(refreshed.status, 200)
  assert.notEqual(refreshed.body.refreshToken, refreshToken)
  const { sessionToken } = refreshed.body
  assert.equal((await send('GET', '/auth/profile', { token: sessionToken })).status, 200)
  assert.equal((await send('POST', '/auth/logout', { token: sessionToken })).status, 200)
  const replaced = refreshed.body.refreshToken
  assert.equal((await send('POST', '/auth/refresh', { body: { refreshToken: replaced } })).status, 401)
})

test('who has no token is told so by 401, and a bad one is no better', async () => {
  for (const [method, path] of [
    ['GET', '/auth/profile'],
    ['GET', '/user/profile'],
    ['GET', '/user/progress'],
    ['POST', '/auth/logout'],
    ['PUT', '/user/profile'],
  ] as const) {
    const body = method === 'PUT' ? {} : undefined
    const none = await send(method, path, { body })
    assert.deepEqual([none.status, none.code], [401, 'UNAUTHENTICATED'], path)
    const bad = await send(method, path, { body, token: 'x.y.z' })
    assert.deepEqual([bad.status, bad.code], [401, 'UNAUTHENTICATED'], path)
  }
})

test('bad input is 400 with the name of the field, a wrong method 405, a form no JSON', async () => {
  const token = await stack.token('minhnguyen')
  const wrong = async (method: string, path: string, body?: unknown) => {
    const { status, code } = await send(method, path, { token, body })
    return [status, code]
  }
  assert.deepEqual(await wrong('GET', '/user/progress?first=many'), [400, 'BAD_USER_INPUT'])
  assert.deepEqual(await wrong('GET', '/user/progress?last=2'), [400, 'BAD_USER_INPUT'])
  assert.deepEqual(await wrong('PUT', '/user/profile', { role: 'admin' }), [400, 'BAD_USER_INPUT'])
  assert.deepEqual(await wrong('POST', '/auth/refresh', { token: 'a' }), [400, 'BAD_USER_INPUT'])
  assert.deepEqual(await wrong('PUT', '/user/profile', []), [400, 'BATCHING_DISABLED'])
  assert.deepEqual(await wrong('DELETE', '/user/profile'), [405, 'METHOD_NOT_ALLOWED'])
  const form = await fetch(at('/user/profile'), {
    method: 'PUT',
    body: 'bio=x',
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(form.status, 415)
})

test('G5 G8 a REST call keeps to the limits of GraphQL: pages, variables, a deep body', async () => {
  const token = await stack.token('minhnguyen')
  const limited = async (method: string, path: string, body?: unknown) => {
    const began = performance.now()
    const { status, code, body: answered } = await send(method, path, { token, body })
    assert.deepEqual([status, code], [400, 'LIMIT_EXCEEDED'])
    assert(performance.now() - began < 1_000)
    return answered.errors[0].extensions.limit
  }
  assert.equal(await limited('GET', '/user/progress?first=101'), 'page')
  assert.equal(await limited('PUT', '/user/profile', { bio: 'x'.repeat(65_536) }), 'variables')
  const deep = JSON.parse('{"bio":'.repeat(1_000) + 1 + '}'.repeat(1_000))
  assert.equal(await limited('PUT', '/user/profile', deep), 'variables')
  const { status } = await send('PUT', '/user/profile', { token, body: { bio: 'x'.repeat(300_000) } })
  assert.equal(status, 413)
})

test('OpenAPI names every call, its body and its answer', async () => {
  const { body } = await send('GET', '/openapi.json')
  assert.equal(body.openapi, '3.1.0')
  assert.deepEqual(
    Object.entries(body.paths).flatMap(([path, here]) =>
      Object.keys(here as object).map((method) => `${method} ${path}`),
    ),
    [
      'post /auth/login',
      'post /auth/logout',
      'get /auth/profile',
      'post /auth/refresh',
      'post /user/preferences',
      'put /user/profile',
      'get /user/profile',
      'get /user/progress',
    ],
  )
  const { requestBody, responses } = body.paths['/user/profile'].put
  const { properties, additionalProperties } = requestBody.content['application/json'].schema
  assert.deepEqual([properties.bio.type, additionalProperties], [['string', 'null'], false])
  assert.deepEqual(responses[200].content['application/json'].schema.properties.id.type, 'string')
})

test('Swagger UI shows the calls, and asks nobody else', { skip: tool.skip }, async () => {
  const browser = await chromium.launch({ executablePath: tool.path, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(at('/')))
        elsewhere.push(request.url())
    })
    await page.goto(at('/docs'))
    await page.getByText('/user/preferences').first().waitFor({ timeout: 30_000 })
    assert.deepEqual(elsewhere, [])
  } finally {
    await browser.close()
  }
})
