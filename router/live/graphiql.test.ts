import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { chromium } from 'playwright-core'
import { openLiveGraph } from '../../tests/harness/live-graph.ts'
import { openMint } from '../../tests/harness/mint.ts'
import { startInStack } from '../../tests/harness/small-router.ts'
import { need } from '../../tests/harness/tools.ts'
import { until } from '../../tests/harness/until.ts'

const tool = need('chromium')
const graph = await openLiveGraph()
const mint = await openMint()
const token = await mint.token({ claims: { exp: Math.floor(Date.now() / 1000) + 3_600 } })
const router = await startInStack(graph, mint, { DEMO_TOKEN: token, TOKEN_MAX_SECONDS: '7200' })
after(async () => {
  await router.close()
  await graph.close()
  await mint.close()
})

test('GraphiQL, offline, shows the events of a subscription as they come, as whoever its headers speak for', {
  skip: tool.skip,
}, async () => {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']
  const browser = await chromium.launch({ executablePath: tool.path, args })
  try {
    const page = await browser.newPage()
    const elsewhere: string[] = []
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (protocol.startsWith('http') && origin !== new URL(router.url).origin) elsewhere.push(request.url())
    })
    const query = encodeURIComponent('subscription { mine { whose scorer { name } } }')
    await page.goto(new URL(`/graphiql?query=${query}`, router.url).href)
    await page.getByText('scorer').first().waitFor({ timeout: 60_000 })
    await page
      .getByRole('button', { name: /execute|run/i })
      .first()
      .click()
    await until('it is subscribed', () => graph.listeners() === 1, 20_000)
    for (let n = 0; n < 2; n += 1) {
      const { version } = graph.score()
      await page.getByText(`"Player p${version}"`).first().waitFor({ timeout: 20_000 })
    }
    await page.getByText('"user_lan"').first().waitFor({ timeout: 20_000 })
    assert.deepEqual(elsewhere, [])
  } finally {
    await browser.close()
  }
  await until('the subgraph is left', () => graph.listeners() === 0)
})
