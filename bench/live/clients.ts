// Forked by bench/live.ts: all subscribers, in a process of their own, so that what they cost is nobody's.
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type Happen, queries } from './event.ts'

export type ToClients =
  | { do: 'open'; url: string; count: number; field: Happen['field'] }
  | { do: 'close' }
  /** Answered with the milliseconds that frames took once so many have come since the last `expect`. */
  | { do: 'expect'; frames: number; within: number }

let sockets: WebSocket[] = []
let times: number[] = []
let bytes = 0
let met: (() => void) | undefined
let expected = Number.POSITIVE_INFINITY

const at = /"at":(\d+)/

function hear(data: Buffer): void {
  const text = data.toString()
  const sent = at.exec(text)?.[1]
  if (sent === undefined) {
    if (!text.includes('connection_ack')) process.send?.({ error: text.slice(0, 300) })
    return
  }
  times.push(Date.now() - Number(sent))
  bytes = data.length
  if (times.length >= expected) met?.()
}

async function subscribe(url: string, field: Happen['field'], index: number): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false })
  socket.on('error', (error) => process.send?.({ error: error.message }))
  await once(socket, 'open')
  const acknowledged = once(socket, 'message')
  socket.on('message', hear)
  socket.send('{"type":"connection_init"}')
  await acknowledged
  const variables = field === 'personal' ? { user: `u${index}` } : undefined
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: queries[field], variables } }))
  return socket
}

const answers: { [Do in ToClients['do']]: (told: ToClients & { do: Do }) => Promise<unknown> } = {
  async open({ url, count, field }) {
    for (let from = 0; from < count; from += 100) {
      const some = Array.from({ length: Math.min(100, count - from) }, (_, i) =>
        subscribe(url, field, from + i),
      )
      sockets.push(...(await Promise.all(some)))
    }
  },
  async close() {
    const open = sockets.filter((one) => one.readyState !== one.CLOSED)
    sockets = []
    await Promise.all(
      open.map(async (one) => {
        one.terminate()
        await once(one, 'close')
      }),
    )
  },
  async expect({ frames, within }) {
    expected = frames
    await new Promise<void>((resolve) => {
      met = resolve
      setTimeout(resolve, within)
      if (times.length >= frames) resolve()
    })
    const came = times
    times = []
    expected = Number.POSITIVE_INFINITY
    return { times: came, bytes }
  },
}

process.on('message', async (told: ToClients) => {
  process.send?.({ did: told.do, answer: (await answers[told.do](told as never)) ?? null })
})
