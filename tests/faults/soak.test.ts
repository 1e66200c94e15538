import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openLiveGraph } from '../harness/live-graph.ts'
import { load } from '../harness/load.ts'
import { ask } from '../harness/question.ts'
import { openReady } from '../harness/raw-socket.ts'
import { type RouterProcess, spawnRouter } from '../harness/router-process.ts'
import { openSmallGraph } from '../harness/small-graph.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const perSecond = isFull ? 100 : 30
const warmUp = isFull ? 120 : 3
const minutes = isFull ? 8 : 0.1

type Answer = { status: number; codes: readonly string[] }
type Held = { memory: number; descriptors: number }

/** What a router holds once what it does not need is collected. */
async function held(router: RouterProcess): Promise<Held> {
  router.collect()
  await pause(500)
  router.collect()
  await pause(500)
  return { memory: router.memory(), descriptors: router.descriptors() }
}

/** Loads a router for minutes, and compares what it holds after each. */
async function soak(router: RouterProcess, send: (number: number) => Promise<Answer>) {
  const answers = await load({ perSecond, seconds: warmUp }, send)
  const first = await held(router)
  const rounds = Math.ceil(minutes)
  let last = first
  for (let round = 0; round < rounds; round += 1) {
    answers.push(...(await load({ perSecond, seconds: (60 * minutes) / rounds }, send)))
    last = await held(router)
  }
  await until(
    'no descriptor is left over',
    async () => (await held(router)).descriptors <= first.descriptors + 5,
    15_000, // an idle connection to a subgraph lasts ten seconds
  ).catch(() => assert.fail(`${router.descriptors()} descriptors instead of ${first.descriptors}`))
  const growth = (last.memory - first.memory) / minutes
  // Six seconds say nothing about a slope: a leak of everything shows all the same.
  if (isFull) assert(growth < 1, `${growth} MiB a minute`)
  else assert(last.memory - first.memory < 100, `${last.memory - first.memory} MiB more`)
  return answers
}

test('P19 under a mixed load and sockets that come and go a router holds no more after than before', async () => {
  const graph = await openLiveGraph()
  after(() => graph.close())
  const router = await spawnRouter(graph.file)
  const churn = async (): Promise<Answer> => {
    const raw = await openReady(router.url)
    raw.subscribe('1', 'subscription { plain { goals scorer { name } } }')
    await pause(200)
    await raw.end()
    return { status: 200, codes: [] }
  }
  const send = (number: number): Promise<Answer> => {
    if (number % 10 === 0) return churn()
    if (number % 10 === 1) graph.score()
    if (number % 10 === 2) return ask(router.url, `query Fresh${number} { players { name id } }`)
    return ask(router.url, '{ score { goals scorer { name } } players { name } }')
  }
  const answers = await soak(router, send)
  assert.deepEqual(answers.filter(({ status, codes }) => status !== 200 || codes.length > 0).slice(0, 3), [])
  assert.equal(graph.listeners(), 0)
  assert.match(await router.metrics(), /^live_sockets\S* 0$/m)
  await router.stop()
})

test('P20 a fifth of the fetches that time out leave nothing behind either', async () => {
  const graph = await openSmallGraph()
  after(() => graph.close())
  const router = await spawnRouter(graph.file, { SUBGRAPH_TIMEOUT_MS: '1000' })
  let call = 0
  graph.reviews.behave = (response) => {
    call += 1
    if (call % 5 === 0) return // it never answers
    response.end('{"data":{"_entities":[{"karma":10}]}}')
  }
  // What is asked alike at one time is fetched once.
  const answers = await soak(router, (number) =>
    ask(router.url, `query Me${number % 100} { me { name karma } }`),
  )
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  const codes = answers.flatMap((one) => one.codes)
  assert.deepEqual([...new Set(codes)], ['SUBGRAPH_TIMEOUT'])
  assert(codes.length > answers.length / 10 && codes.length < answers.length / 3, `${codes.length}`)
  await router.stop()
})
