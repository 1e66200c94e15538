import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { ask } from '../../../tests/harness/question.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'
import { need } from '../../../tests/harness/tools.ts'
import { until } from '../../../tests/harness/until.ts'

const tool = need('chromium')
const [known, foreign] = [await openSite(), await openSite()]
const { graph, router } = await anonymousOver(openLiveGraph, { CORS_ORIGINS: known })
const stream = (query: string) => `${router.url}/stream?${new URLSearchParams({ query })}`
const plain = stream('subscription { plain { goals scorer { name } } }')

/** An origin with an empty page, until the file's tests are over. */
async function openSite(): Promise<string> {
  const server = createServer((_, response) => void response.setHeader('content-type', 'text/html').end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let browser: Browser
before(async () => {
  const args = ['--no-sandbox', '--disable-gpu']
  if (tool.path) browser = await chromium.launch({ executablePath: tool.path, args })
})
after(() => browser?.close())

async function opened(url: string): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(url)
  return page
}

/** What an EventSource of the page heard by the time that it is over, or has heard as much as told. */
const heardOf = (page: Page, url: string, most: number): Promise<string[]> =>
  page.evaluate(`new Promise((resolve) => {
    const heard = []
    const source = new EventSource(${JSON.stringify(url)})
    const hear = ({ type, data }) => {
      heard.push(type + ' ' + data)
      if (type !== 'next' || heard.length === ${most}) {
        source.close()
        resolve(heard)
      }
    }
    for (const type of ['next', 'complete', 'error']) source.addEventListener(type, hear)
  })`)

for (const [whose, url] of [
  ['a known origin', known],
  ['the router itself', new URL('/', router.url).href],
] as const)
  test(`a browser’s EventSource follows a subscription, and the end of a query, on a page of ${whose}`, {
    skip: tool.skip,
  }, async () => {
    const page = await opened(url)
    const heard = heardOf(page, plain, 2)
    await until('it is subscribed', () => graph.listeners() === 1, 20_000)
    const events = [graph.score(), graph.score()].map(
      ({ goals }) => `next {"data":{"plain":{"goals":${goals},"scorer":{"name":"Player p${goals}"}}}}`,
    )
    assert.deepEqual(await heard, events)
    await until('the subgraph is left', () => graph.listeners() === 0)
    assert.deepEqual(await heardOf(page, stream('{ __typename }'), 2), [
      'next {"data":{"__typename":"Query"}}',
      'complete ',
    ])
  })

test('a page of a foreign origin opens no stream: not with an EventSource, and not blindly', {
  skip: tool.skip,
}, async () => {
  const page = await opened(foreign)
  const score = stream('{ score { goals } }')
  assert.deepEqual(await heardOf(page, score, 1), ['error undefined'])
  // What comes back is kept from the page, a refusal as well as an answer.
  const blindly = { mode: 'no-cors', headers: { accept: 'text/event-stream' } }
  await page.evaluate(`fetch(${JSON.stringify(score)}, ${JSON.stringify(blindly)}).catch(() => {})`)
  assert.equal((await ask(router.url, '{ score { goals } }')).status, 200)
  assert.equal(graph.match.calls.length, 1, 'the last one alone')
})
