import assert from 'node:assert/strict'
import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, createServer as createRelay, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { request } from 'undici'
import { freePort } from '../../dev/ports.ts'
import { createPools } from '../../router/execute/transport/pools.ts'
import { ask } from '../harness/question.ts'
import { openSmallGraph } from '../harness/small-graph.ts'
import { startAnonymous } from '../harness/small-router.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const name = 'moving.test'
const [first, second, third] = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
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

/** One of the addresses that the subgraph reviews has. */
async function place(host: string, port: number) {
  const { port: target } = new URL(graph.reviews.url)
  const sockets = new Set<Socket>()
  const server = createRelay((client) => {
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

/** Answers as the subgraph accounts does, for somebody of that name. */
async function say(who: string, host: string, port: number) {
  const answer: RequestListener = (request, response) => {
    request.resume()
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ data: { me: { name: who } } }))
  }
  const server = createServer(answer)
  await once(server.listen(port, host), 'listening')
  return {
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

test('P16 a subgraph that comes back at another address is found within six seconds', async () => {
  address = first
  const port = await freePort()
  const old = await place(first, port)
  const router = await startAnonymous(graph, { SUBGRAPH_REVIEWS_URL: `http://${name}:${port}/graphql` })
  const newest = async (number: number) => {
    const { data } = await ask(router.url, `query Newest${number} { newest { text } }`)
    return (data?.['newest'] as { text: string }[] | null)?.[0]?.text
  }
  try {
    assert.equal(await newest(0), 'Ngon!')
    await old.close()
    // As many fail meanwhile as open the breaker; what is asked alike at one time would be fetched once.
    await Promise.all(Array.from({ length: 40 }, (_, at) => newest(at)))
    const moved = await place(second, port)
    address = second
    const took = await until('it is found again', async () => (await newest(0)) === 'Ngon!')
    assert(took < 6_000, `it took ${took} ms`)
    await moved.close()
  } finally {
    await router.close()
  }
})

test('P16 a subgraph that moves is found again: at another address of its name, and at another port', async () => {
  address = first
  const own = await openSmallGraph()
  const [port, otherPort] = [await freePort(), await freePort()]
  const at = (place: number) => own.sdl.replaceAll(own.accounts.url, `http://${name}:${place}/graphql`)
  own.write(at(port))
  let one = await say('first', first, port)
  const router = await startAnonymous(own)
  const answers = async (who: string) =>
    ((await ask(router.url, '{ me { name } }')).data?.['me'] as { name: string } | null)?.name === who
  try {
    await until('the first answers', () => answers('first'))
    await one.close()
    address = second
    one = await say('second', second, port)
    assert((await until('the second answers', () => answers('second'), 6_000)) <= 6_000)

    const other = await say('third', second, otherPort)
    await one.close()
    own.replace(at(otherPort))
    await until('the third answers', () => answers('third'), 6_000)

    if (isFull) {
      address = third
      const last = await say('last', third, otherPort)
      // The third still answers over connections that are open: nobody may stay with it for longer than 30 s.
      await until('the last answers', () => answers('last'), 32_000)
      await last.close()
    }
    await other.close()
  } finally {
    await router.close()
    await own.close()
  }
})

test('P16 a subgraph that moved is found although its old address still answers', async () => {
  address = first
  const port = await freePort()
  const [old, moved] = [await place(first, port), await place(second, port)]
  const pools = createPools(isFull ? undefined : 500)
  const pool = pools.of('reviews', `http://${name}:${port}`)
  const askOnce = async () => {
    const { body } = await request(`http://${name}:${port}/graphql`, {
      dispatcher: pool,
      method: 'POST',
      body: '{"query":"{ __typename }"}',
    })
    assert.match(await body.text(), /Query/)
  }
  try {
    // Two at once, and then one after the other: every later one finds a connection that is free.
    for (let i = 0; i < 20; i += 1) await Promise.all([askOnce(), askOnce()])
    address = second
    const found = async () => {
      await askOnce()
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
