import { start } from '@puchi/router/main'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { asker } from '../harness/ask.ts'
import { namedOperation } from '../harness/operations.ts'
import { openRaw } from '../harness/raw-socket.ts'
import type { Stack } from '../harness/stack.ts'

const profile = namedOperation('ProfileUpdated')

/** What people do with the system, rightly and wrongly, once through. */
export async function useSystem(stack: Stack, round: number): Promise<void> {
  const token = await stack.token('puchiuser')
  const socket = createClient({
    url: stack.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  })
  const frames = socket.iterate({ query: profile })
  await frames.next()
  const ask = (query: string, more: object = {}) => stack.ask(query, { token, ...more })
  await ask(namedOperation('TopBar'), { operationName: 'TopBar' })
  await ask(namedOperation('AdminUsers'))
  await ask(`{ ${'a: __typename '.repeat(40).replace(/a/g, () => `a${Math.trunc(Math.random() * 1e9)}`)} }`)
  const input = {
    lessonId: `l${round}`,
    percent: 100,
    correct: 9,
    total: 10,
    seconds: 60,
    idempotencyKey: `${round}`,
  }
  await ask(namedOperation('RecordProgress'), { variables: { input } })
  await ask(namedOperation('UpdateProfile'), { variables: { input: { bio: `${round}` } } })
  await ask(namedOperation('Follow'), { variables: { userId: 'user_nobody' } }) // user answers an error
  await frames.next()
  await socket.dispose()
  await stack.ask('{ me { id } }', { token: 'nonsense' })
  await stack.ask('{ __typename }', { headers: { 'x-nothing': '1' } })
  await fetch(
    `${stack.url}?extensions=${encodeURIComponent('{"persistedQuery":{"version":1,"sha256Hash":"0"}}')}`,
    {
      headers: { 'apollo-require-preflight': '1' },
    },
  )
  stack.identity.addUser({
    id: `user_new${round}`,
    username: `new${round}`,
    firstName: 'M',
    lastName: 'Đ',
    email: `${round}@example.com`,
  })
  await ask('{ me { email } }', { token: await stack.identity.mint({ sub: `user_new${round}` }) })
}

/** A second router that cannot reach user, takes one request at a time, and one socket of each address. */
export async function startWounded(stack: Stack) {
  const router = await start({
    ...stack.env,
    ROUTER_PORT: '0',
    ROUTER_ADMIN_PORT: '0',
    SUBGRAPH_AUTH_URL: stack.authUrl,
    SUBGRAPH_USER_URL: 'http://127.0.0.1:9/graphql',
    ROUTER_MAX_IN_FLIGHT: '1',
    LIVE_PER_ADDRESS: '1',
  })
  const ask = asker(router.url)
  return {
    adminUrl: router.adminUrl,
    close: router.close,
    async use(): Promise<void> {
      const token = await stack.token('puchiuser')
      await Promise.all([1, 2, 3].map(() => ask('{ me { username } }', { token })))
      const sockets = await Promise.all([1, 2].map(() => openRaw(router.url)))
      for (const one of sockets) one.send({ type: 'connection_init' })
      await Promise.race(sockets.map((one) => one.code()))
      for (const { socket } of sockets) socket.terminate()
    },
  }
}
