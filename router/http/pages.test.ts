import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { Service } from '@puchi/platform/lifecycle'
import { type Browser, chromium, type Page, type Route } from 'playwright-core'
import { type Mint, openMint } from '../../tests/harness/mint.ts'
import { send } from '../../tests/harness/question.ts'
import { openSmallGraph, type SmallGraph } from '../../tests/harness/small-graph.ts'
import { startInStack } from '../../tests/harness/small-router.ts'
import { need } from '../../tests/harness/tools.ts'
import { until } from '../../tests/harness/until.ts'
import { isLocal } from './local.ts'

const tool = need('chromium')
const launch = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

let graph: SmallGraph
let mint: Mint
let router: Service
let token: string
/** As a development system tells it. */
const stack = (token: string) => ({
  parts: [
    { name: 'accounts', kind: 'subgraph', where: graph.accounts.url, probe: graph.accounts.url },
    { name: 'the broker', kind: 'embedded', where: 'in this process' },
    { name: 'nobody', kind: 'database', where: 'nowhere', probe: 'tcp://127.0.0.1:1' },
  ],
  learners: [{ username: 'lan', roles: ['student'], token }],
})

before(async () => {
  graph = await openSmallGraph()
  mint = await openMint()
  token = await mint.token({ claims: { exp: Math.floor(Date.now() / 1000) + 3_600 } })
  const demo = { DEMO_TOKEN: token, DEMO_STACK: JSON.stringify(stack(token)) }
  router = await startInStack(graph, mint, { ...demo, TOKEN_MAX_SECONDS: '7200' })
})
after(async () => {
  await router.close()
  await graph.close()
  await mint.close()
})

const at = (path: string) => new URL(path, router.url).href

test('the page at / leads to the explorers, and every other address in it is of this machine', async () => {
  const { status, headers, text } = await send(at('/'))
  assert.equal(status, 200)
  assert.match(headers.get('content-type') ?? '', /^text\/html/)
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*connect-src 'self'/)
  for (const link of ['/graphiql', '/sandbox', '/docs']) assert(text.includes(`href="${link}"`))
  assert.doesNotMatch(text, /https?:\/\/(?!localhost|127\.0\.0\.1)|src=/)
})

test('tokens are shown under the name of this machine alone, and through no proxy', async () => {
  const { hostname, port } = new URL(router.url)
  const shown = async (path: string, headers: Record<string, string>) => {
    const [response] = await once(get({ hostname, port, path, headers }), 'response')
    assert.equal(response.statusCode, 200)
    return (await textOf(response)).includes(token)
  }
  for (const path of ['/', '/sandbox', '/graphiql']) {
    assert.equal(await shown(path, { host: 'localhost:4000' }), true, path)
    assert.equal(await shown(path, { host: 'evil.example' }), false, path)
    assert.equal(await shown(path, { host: 'localhost:4000', 'x-forwarded-for': '192.0.2.1' }), false, path)
  }
})

test('another machine that says this name is no neighbour', () => {
  const headers = { host: 'localhost:4000' }
  const near = (remoteAddress: string) => isLocal({ headers, socket: { remoteAddress } })
  assert.deepEqual(['127.0.0.1', '::1', '::ffff:127.0.0.1'].map(near), [true, true, true])
  assert.deepEqual(
    ['192.168.1.7', '::ffff:192.168.1.7', '2001:db8::1', '::127.0.0.1'].map(near),
    Array(4).fill(false),
  )
})

test('the page at / says what answers and what does not', async () => {
  const { text } = await send(at('/'))
  for (const [name, state] of [
    ['accounts', 'up'],
    ['the broker', 'inside'],
    ['nobody', 'down'],
  ])
    assert.match(text, new RegExp(`lamp ${state}.{5,60}<b>${name}</b>`))
})

test("Sandbox comes from Apollo's CDN, which its policy allows, with endpoint, query and demo token", async () => {
  const { headers, text } = await send(at('/sandbox'))
  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /script-src https:\/\/embeddable-sandbox\.cdn\.apollographql\.com 'sha256-/)
  assert.match(policy, /frame-src https:\/\/sandbox\.embed\.apollographql\.com/)
  assert.match(text, /"sharedHeaders":\{"authorization":"Bearer ey/)
  assert.match(text, /query Viewer/)
  assert.match(text, /new URL\('\/graphql', location\.href\)/)
})

test('healthz says ok; pages are read only', async () => {
  assert.equal((await send(at('/healthz'))).text, 'ok')
  assert.equal((await send(at('/graphiql'), { method: 'POST' })).status, 405)
  assert.equal((await send(at('/sandbox'), { method: 'HEAD' })).status, 200)
})

test('whoever opens /graphql in a browser is led to GraphiQL, but not with a query and not in production', async () => {
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
  const opened = async (url: string) => {
    const { status, headers } = await send(url, { headers: { accept }, redirect: 'manual' })
    return [status, headers.get('location')]
  }
  assert.deepEqual(await opened(router.url), [303, 'graphiql'])
  assert.match((await send(router.url, { headers: { accept } })).text, /<title>GraphiQL/)
  assert.deepEqual(await opened(`${router.url}?query={__typename}`), [400, null])
  const production = await startInStack(graph, mint, { NODE_ENV: 'production' })
  assert.deepEqual(await opened(production.url), [400, null])
  await production.close()
})

test('in production there are no pages, and no demo token anywhere', async () => {
  const production = await startInStack(graph, mint, {
    NODE_ENV: 'production',
    DEMO_TOKEN: token,
    DEMO_STACK: JSON.stringify(stack(token)),
  })
  for (const path of ['/', '/sandbox', '/graphiql']) {
    const { status, text } = await send(new URL(path, production.url).href)
    assert.equal(status, 404)
    assert(!text.includes(token))
  }
  assert.equal((await send(new URL('/healthz', production.url).href)).text, 'ok')
  await production.close()
})

/** Opens a page of the router, with what it asked other hosts for and what it complained of. */
async function visit(browser: Browser, path: string) {
  const page = await browser.newPage()
  const elsewhere: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol !== 'blob:' && protocol !== 'data:' && origin !== new URL(router.url).origin)
      elsewhere.push(request.url())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(at(path))
  return { page, elsewhere, complaints }
}

test('GraphiQL works offline: it runs a query with the demo token filled in', {
  skip: tool.skip,
}, async () => {
  const browser = await chromium.launch({ executablePath: tool.path, args: launch })
  try {
    const { page, elsewhere, complaints } = await visit(browser, '/graphiql?query={me{name%20karma}}')
    await page.getByText('karma').first().waitFor({ timeout: 60_000 })
    const answered = page.waitForResponse((response) =>
      (response.request().postData() ?? '').includes('karma'),
    )
    await page
      .getByRole('button', { name: /execute|run/i })
      .first()
      .click()
    const response = await answered
    assert.equal(response.request().headers()['authorization'], `Bearer ${token}`)
    assert.deepEqual(await response.json(), { data: { me: { name: 'Lan', karma: 10 } } })
    await page.getByText('"Lan"').first().waitFor({ timeout: 20_000 })
    assert.deepEqual(elsewhere, [])
    assert.deepEqual(complaints, [])
  } finally {
    await browser.close()
  }
})

/** The page at /sandbox in a browser whose requests to Apollo's CDN fare as told. */
async function sandboxWhere(fare: (route: Route) => unknown, use: (page: Page) => Promise<void>) {
  const browser = await chromium.launch({ executablePath: tool.path, args: launch })
  try {
    const page = await browser.newPage()
    await page.route(/apollographql\.com/, fare)
    await page.goto(at('/sandbox'), { waitUntil: 'commit' })
    await use(page)
  } finally {
    await browser.close()
  }
}

const offersGraphiql = async (page: Page) => {
  await page.getByText('they do not answer here').waitFor({ timeout: 10_000 })
  assert.equal(await page.getByRole('link', { name: 'GraphiQL' }).getAttribute('href'), '/graphiql')
}

test("where Apollo's CDN cannot be reached, or hangs, Sandbox says so and offers GraphiQL", {
  skip: tool.skip,
}, async () => {
  await sandboxWhere((route) => route.abort(), offersGraphiql)
  await sandboxWhere(() => {}, offersGraphiql)
})

test("what Apollo's CDN sends is given this router's address, and nothing is said", {
  skip: tool.skip,
}, async () => {
  const body =
    'window.EmbeddedSandbox = class { constructor(given) { document.title = given.initialEndpoint } }'
  await sandboxWhere(
    (route) => route.fulfill({ contentType: 'text/javascript', body }),
    async (page) => {
      // Asked from here: a page that may evaluate no text lets nobody poll in it.
      await until('its script has run', async () => (await page.title()).startsWith('http'))
      assert.equal(await page.title(), at('/graphql'))
      assert(await page.getByText('they do not answer here').isHidden())
    },
  )
})

test('the page at / is drawn without outside requests or complaints, copies tokens and shows what changes', {
  skip: tool.skip,
}, async () => {
  const browser = await chromium.launch({ executablePath: tool.path, args: launch })
  try {
    const { page, elsewhere, complaints } = await visit(browser, '/')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    assert.match((await page.textContent('h1')) ?? '', /supergraph/)
    await page.getByRole('img', { name: 'The supergraph: 2 subgraphs left, 2 entities right.' }).waitFor()
    await page.getByRole('button', { name: 'Copy token of lan' }).click()
    await page.getByText('The token of lan is copied.').waitFor()
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), token)
    assert(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
    await page.setViewportSize({ width: 360, height: 740 })
    assert(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'too wide for a phone')
    await page.getByText('reviews · 1 field').first().waitFor()
    graph.replace(graph.grown())
    await page.getByText('reviews · 2 fields').first().waitFor({ timeout: 20_000 })
    assert.deepEqual([elsewhere, complaints], [[], []])
  } finally {
    graph.replace(graph.sdl)
    await browser.close()
  }
})
