import assert from 'node:assert/strict'
import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { test } from 'node:test'
import { freePort } from '../../dev/ports.ts'
import { ask } from '../harness/question.ts'
import { openSmallGraph } from '../harness/small-graph.ts'
import { startAnonymous } from '../harness/small-router.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const name = 'accounts.test'

/** What a name server says of a name of this test's own. */
function nameServer() {
  const real = dns.lookup
  let address = '127.0.0.1'
  const lookup = (host: string, options: { all?: boolean }, told: (...answer: unknown[]) => void) => {
    if (host !== name) return Reflect.apply(real, dns, [host, options, told])
    if (options.all) return told(null, [{ address, family: 4 }])
    return told(null, address, 4)
  }
  dns.lookup = lookup as never
  return {
    move: (to: string) => {
      address = to
    },
    end: () => {
      dns.lookup = real
    },
  }
}

async function say(name: string, address: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { me: { name } } }))
  })
  await once(server.listen(port, address), 'listening')
  return server
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections()
  await once(server.close(), 'close')
}

test('P16 a subgraph that moves is found again: at another address of its name, and at another port', async () => {
  const names = nameServer()
  const graph = await openSmallGraph()
  const [port, otherPort] = [await freePort(), await freePort()]
  const at = (place: string | number) =>
    graph.sdl.replaceAll(graph.accounts.url, `http://${name}:${place}/graphql`)
  graph.write(at(port))
  let one = await say('first', '127.0.0.1', port)
  const router = await startAnonymous(graph)
  const answers = async (who: string) =>
    ((await ask(router.url, '{ me { name } }')).data?.['me'] as { name: string } | null)?.name === who
  try {
    await until('the first answers', () => answers('first'))
    await end(one)
    names.move('127.0.0.2')
    one = await say('second', '127.0.0.2', port)
    assert((await until('the second answers', () => answers('second'), 6_000)) <= 6_000)

    const other = await say('third', '127.0.0.2', otherPort)
    await end(one)
    graph.replace(at(otherPort))
    await until('the third answers', () => answers('third'), 6_000)

    if (isFull) {
      names.move('127.0.0.3')
      const last = await say('last', '127.0.0.3', otherPort)
      // The third still answers over connections that are open: nobody may stay with it for longer than 30 s.
      await until('the last answers', () => answers('last'), 32_000)
      await end(last)
    }
    await end(other)
  } finally {
    await router.close()
    await graph.close()
    names.end()
  }
})
