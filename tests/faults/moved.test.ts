import assert from 'node:assert/strict'
import dns from 'node:dns'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { freePort } from '../../dev/ports.ts'
import { createPools } from '../../router/execute/pools.ts'
import { asker } from '../harness/ask.ts'
import { openSmallGraph } from '../harness/small-graph.ts'
import { startAnonymous } from '../harness/small-router.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const name = 'reviews.test'
const [first, second] = ['127.0.0.1', '127.0.0.2']
let address = first

// The name of a service, as Docker or Kubernetes answers it.
const { lookup } = dns
after(() => Object.assign(dns, { lookup }))
Object.assign(dns, {
  lookup: (host: string, ...rest: never[]) =>
    (lookup as (host: string, ...rest: never[]) => void)(host === name ? address : host, ...rest),
})

const graph = await openSmallGraph()
after(graph.close)
const { port: target } = new URL(graph.reviews.url)

/** One of the addresses that the subgraph has. */
async function place(host: string, port: number) {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const inner = connect(Number(target), '127.0.0.1')
    for (const [socket, other] of [
      [client, inner],
      [inner, client],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => other.destroy()).on('close', () => other.destroy())
    }
  })
  await once(server.listen(port, host), 'listening')
  return {
    count: () => sockets.size,
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

test('P16 a subgraph that comes back at another address is found within six seconds', async () => {
  address = first
  const port = await freePort()
  const old = await place(first, port)
  const router = await startAnonymous(graph, { SUBGRAPH_REVIEWS_URL: `http://${name}:${port}/graphql` })
  const ask = async () => (await asker(router.url)('{ newest { text } }')).body.data?.newest?.[0]?.text
  try {
    assert.equal(await ask(), 'Ngon!')
    await old.close()
    // As many fail meanwhile as open the breaker.
    await Promise.all(Array.from({ length: 40 }, ask))
    const moved = await place(second, port)
    address = second
    const took = await until('it is found again', async () => (await ask()) === 'Ngon!')
    assert(took < 6_000, `it took ${took} ms`)
    await moved.close()
  } finally {
    await router.close()
  }
})

test('P16 a subgraph that moved is found although its old address still answers', async () => {
  address = first
  const port = await freePort()
  const [old, moved] = [await place(first, port), await place(second, port)]
  const pools = createPools(isFull ? undefined : 500)
  const pool = pools.of('reviews', `http://${name}:${port}`)
  const ask = async () => {
    const { body } = await pool.request({
      path: '/graphql',
      method: 'POST',
      body: '{"query":"{ __typename }"}',
    })
    assert.match(await body.text(), /Query/)
  }
  try {
    // Two at once, and then one after the other: every later one finds a connection that is free.
    for (let i = 0; i < 20; i += 1) await Promise.all([ask(), ask()])
    address = second
    const found = async () => {
      await ask()
      return moved.count() > 0
    }
    const took = await until('the new address is asked', found, 40_000)
    assert(took < 31_000, `it took ${took} ms`)
  } finally {
    await pools.close()
    await old.close()
    await moved.close()
  }
})
