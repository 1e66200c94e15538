import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { openMint } from '../../../tests/harness/mint.ts'
import { startInStack } from '../../../tests/harness/small-router.ts'
import { need } from '../../../tests/harness/tools.ts'
import { until } from '../../../tests/harness/until.ts'

const tool = need('chromium')
const graph = await openLiveGraph()
const mint = await openMint()
const token = await mint.token({ claims: { exp: Math.floor(Date.now() / 1000) + 3_600 } })
const router = await startInStack(graph, mint, { DEMO_TOKEN: token, TOKEN_MAX_SECONDS: '7200' })
let browser: Browser
before(async () => {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']
  if (tool.path) browser = await chromium.launch({ executablePath: tool.path, args })
})
after(async () => {
  await browser?.close()
  await router.close()
  await graph.close()
  await mint.close()
})

/** GraphiQL with a subscription to what is the viewer's own; what it asked other hosts for. */
async function opened() {
  const page = await browser.newPage()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const elsewhere: string[] = []
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== new URL(router.url).origin) elsewhere.push(request.url())
  })
  const query = encodeURIComponent('subscription { mine { whose scorer { name } } }')
  await page.goto(new URL(`/graphiql?query=${query}`, router.url).href)
  await page.getByText('scorer').first().waitFor({ timeout: 60_000 })
  return { page, elsewhere }
}

const run = (page: Page) =>
  page
    .getByRole('button', { name: /execute|run/i })
    .first()
    .click()

const sees = (page: Page, what: string) => page.getByText(what).first().waitFor({ timeout: 20_000 })

/** Replaces the headers that the page opened with, as by hand. */
async function sendAs(page: Page, sent: string): Promise<void> {
  const headers = JSON.stringify({ authorization: `Bearer ${sent}` })
  await page.getByRole('button', { name: 'Headers', exact: true }).click()
  await page.getByRole('region', { name: 'Headers' }).getByRole('code').click()
  await page.keyboard.press('Control+A')
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(headers)})`)
  await page.keyboard.press('Control+V')
}

test('GraphiQL, offline, shows the events of a subscription as they come, as the demo learner', {
  skip: tool.skip,
}, async () => {
  const { page, elsewhere } = await opened()
  await run(page)
  await until('it is subscribed', () => graph.listeners() === 1, 20_000)
  for (let n = 0; n < 2; n += 1) {
    const { version } = graph.score()
    await sees(page, `"Player p${version}"`)
  }
  await sees(page, '"user_lan"')
  assert.deepEqual(elsewhere, [])
  await page.close()
  await until('the subgraph is left', () => graph.listeners() === 0)
})

test('a header that is changed by hand in GraphiQL speaks for its subscriptions, too', {
  skip: tool.skip,
}, async () => {
  const { page } = await opened()
  await sendAs(page, await mint.token({ claims: { sub: 'user_an', sid: 'sess_an' } }))
  await run(page)
  await until('it is subscribed', () => graph.listeners() === 1, 20_000)
  graph.score()
  await sees(page, '"user_an"')
  await page.close()
  await until('the subgraph is left', () => graph.listeners() === 0)
})

test('GraphiQL opens anew with the demo learner, whose token it was given, not with the one that it was left with', {
  skip: tool.skip,
}, async () => {
  const { page } = await opened()
  await sendAs(page, await mint.token({ claims: { sub: 'user_an', sid: 'sess_an' } }))
  await page.waitForTimeout(1_500) // it keeps its tabs half a second after the last change
  await page.reload()
  await page.getByText('scorer').first().waitFor({ timeout: 60_000 })
  await run(page)
  await until('it is subscribed', () => graph.listeners() === 1, 20_000)
  graph.score()
  await sees(page, '"user_lan"')
  await page.close()
  await until('the subgraph is left', () => graph.listeners() === 0)
})

test('GraphiQL says of a token that has expired how to get another', { skip: tool.skip }, async () => {
  const { page } = await opened()
  await sendAs(page, await mint.token({ now: Date.now() - 120_000 }))
  await run(page)
  await sees(page, 'npm run --silent token -- puchiuser')
  await page.close()
})
