import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { learners } from '@puchi/prisma/learners'
import { type Browser, chromium, type Page, type WebSocketRoute } from 'playwright-core'
import { type Stack, startStack } from '../../tests/harness/stack.ts'
import { need } from '../../tests/harness/tools.ts'
import { freePort } from '../ports.ts'
import { type LearnerPage, serveLearnerPage } from './serve.ts'

const tool = need('chromium')
const { skip } = tool
let stack: Stack
let site: LearnerPage
let browser: Browser
before(async () => {
  const port = await freePort()
  stack = await startStack({ CORS_ORIGINS: `http://localhost:${port}` })
  const secretKey = stack.env['CLERK_SECRET_KEY'] ?? ''
  const usernames = learners.map(({ username }) => username)
  site = await serveLearnerPage({
    ...{ port, secretKey, usernames },
    ...{ host: '127.0.0.1', api: stack.url, identity: stack.identity },
  })
  if (tool.path)
    browser = await chromium.launch({ executablePath: tool.path, args: ['--no-sandbox', '--disable-gpu'] })
})
after(async () => {
  await browser?.close()
  await site.close()
  await stack.close()
})

const ours = () => [site.url, stack.url].map((url) => new URL(url).host)

/** A tab with its own sign-in; what it complains of, asks others for, and sends to the API. */
async function tab(username: string, through?: (socket: WebSocketRoute) => void) {
  const page = await browser.newPage({ viewport: { width: 390, height: 800 } })
  const complaints: string[] = []
  const sent: Record<string, unknown>[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('request', (request) => {
    const { host, pathname } = new URL(request.url())
    if (!ours().includes(host) && host !== '') complaints.push(`asked ${host}`)
    if (pathname === '/graphql' && request.method() === 'POST') sent.push(request.postDataJSON())
  })
  if (through) await page.routeWebSocket(/graphql/, through)
  await page.goto(site.url)
  await page.getByRole('button', { name: username }).click()
  await page.getByText('● live').waitFor()
  return { page, complaints, sent }
}

const lesson = (page: Page, id: string) => page.locator(`[data-lesson=${id}]`)
const xpOf = async (page: Page) =>
  Number(
    await page
      .getByText(/^\d+ XP$/)
      .innerText()
      .then(Number.parseInt),
  )

test('progress that a learner makes in one tab moves lessons and TopBar in the other', { skip }, async () => {
  const [one, other, stranger] = [await tab('anpham'), await tab('anpham'), await tab('linhvo')]
  const before = await xpOf(other.page)
  for (const percent of [25, 50, 75, 100]) {
    await lesson(one.page, 'greeting_hello').getByRole('button').click()
    await lesson(other.page, 'greeting_hello').getByText(`${percent} %`).waitFor({ timeout: 10_000 })
  }
  await one.page.getByText(/^\+\d+ XP/).waitFor()
  await other.page.getByText(`${before + 10} XP`).waitFor({ timeout: 10_000 })
  assert.equal(await xpOf(one.page), before + 10)
  await lesson(stranger.page, 'greeting_hello').getByText('0 %', { exact: true }).waitFor()
  await other.page.reload()
  await lesson(other.page, 'greeting_hello').getByText('100 %').waitFor()
  for (const { complaints } of [one, other, stranger]) assert.deepEqual(complaints, [])
})

test('the page sends hashes of the manifest alone, and fits a phone', { skip }, async () => {
  const { page, sent, complaints } = await tab('quangdo')
  await lesson(page, 'greeting_thanks').getByRole('button').click()
  await lesson(page, 'greeting_thanks').getByText('25 %').waitFor()
  assert(sent.length >= 3)
  for (const { query, extensions } of sent) {
    assert.equal(query, undefined)
    assert.match(JSON.stringify(extensions), /"persistedQuery":{"version":1,"sha256Hash":"[0-9a-f]{64}"}/)
  }
  assert(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
  assert.deepEqual(complaints, [])
})

test('a page whose token ended comes back live by itself, with what happened meanwhile', {
  skip,
}, async () => {
  let away = false
  const sockets: WebSocketRoute[] = []
  const { page } = await tab('huongle', (socket) => {
    if (away) return void socket.close()
    socket.connectToServer()
    sockets.push(socket)
  })
  away = true
  await sockets[0]?.close({ code: 4403, reason: 'Forbidden' })
  await page.getByText('● waiting').waitFor()
  const input = { lessonId: 'greeting_sorry', percent: 50, correct: 1, total: 2, seconds: 9 }
  const mutation = `mutation ($input: RecordProgressInput!) { recordProgress(input: $input) { xpAwarded } }`
  const token = await stack.token('huongle')
  await stack.ask(mutation, { token, variables: { input: { ...input, idempotencyKey: 'elsewhere' } } })
  assert.equal(await lesson(page, 'greeting_sorry').getByText('50 %').count(), 0)
  away = false
  await lesson(page, 'greeting_sorry').getByText('50 %').waitFor({ timeout: 30_000 })
  await page.getByText('● live').waitFor()
})

test('the texts at /docs/ show their pictures and diagrams, and a link to a heading leads there', {
  skip,
}, async () => {
  const page = await browser.newPage()
  await page.goto(new URL('/docs/', site.url).href)
  const anchors = await page.$$eval('main a[href^="#"]', (links) => links.map((a) => a.getAttribute('href')))
  assert(anchors.length > 0)
  for (const anchor of anchors)
    assert.equal(await page.locator(`[id="${anchor?.slice(1)}"]`).count(), 1, anchor ?? '')
  await page.waitForFunction(`document.querySelector('img[src="bench/RESULTS.svg"]')?.naturalWidth > 100`)
  await page.getByText('Bearer token').first().waitFor() // of a diagram
  await page.locator('code', { hasText: 'client.ts' }).first().waitFor()
  await page.close()
})

test('every link of the texts at /docs/ that stays on them leads somewhere', async () => {
  const [seen, dead] = [new Set<string>(), [] as string[]]
  const waiting = [new URL('/docs/README.md', site.url).href]
  for (let here = waiting.pop(); here; here = waiting.pop()) {
    if (seen.has(here)) continue
    seen.add(here)
    const answer = await fetch(here)
    if (answer.status !== 200) dead.push(here)
    for (const [, href = ''] of (await answer.text()).matchAll(/<a href="([^"#]+)/g))
      if (URL.parse(href, here)?.origin === new URL(here).origin) waiting.push(new URL(href, here).href)
  }
  assert.deepEqual(dead, [])
  for (const path of ['deploy/kubernetes/README.md', 'bench/RESULTS.md'])
    assert(seen.has(new URL(`/docs/${path}`, site.url).href), path)
})

test('the project’s texts are read at /docs/, and links between them lead on', { skip }, async () => {
  const page = await browser.newPage()
  await page.goto(new URL('/docs/', site.url).href)
  await page.getByRole('link', { name: 'docs/errors.md' }).first().click()
  await page.getByRole('heading', { name: 'Error codes' }).waitFor()
  await page.getByRole('cell', { name: 'UNAUTHENTICATED' }).waitFor()
  const { status } = await fetch(new URL('/docs/dev/secrets.ts', site.url))
  assert.equal(status, 404)
})

test('signing in asks for JSON, so that no other page can do it', async () => {
  const body = JSON.stringify({ username: 'anpham' })
  const { status } = await fetch(new URL('/sign-in', site.url), { method: 'POST', body })
  assert.equal(status, 400)
})

test('a token is given at localhost alone, not to a name that a page elsewhere gave this address', async () => {
  const signIn = async (host: string) => {
    const headers = { host, 'content-type': 'application/json' }
    const asked = request(new URL('/sign-in', site.url), { method: 'POST', headers })
    const [{ statusCode }] = await once(asked.end('{"username":"anpham"}'), 'response')
    return statusCode
  }
  assert.deepEqual([await signIn(new URL(site.url).host), await signIn('rebound.example')], [200, 400])
})
