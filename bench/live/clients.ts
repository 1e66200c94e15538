// Forked by bench/live.ts: all subscribers, in a process of their own, so that what they cost is nobody's.
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Happen, queries } from './event.ts'

/** `within` are the milliseconds that it may take. */
export type ToClients =
  /** Answered with how many have subscribed by then. */
  | { do: 'open'; url: string; count: number; field: Happen['field']; within: number }
  | { do: 'close' }
  /** Answered with the milliseconds of each frame since the last time: so many, or no more come for a `quiet` while. */
  | { do: 'frames'; count: number; quiet: number; within: number }
  /** Answered with the indices of those who have heard nothing yet. */
  | { do: 'unheard' }

type Subscriber = { socket: WebSocket; subscribed: boolean; heard: boolean }

let all: Subscriber[] = []
let times: number[] = []
let bytes = 0
let came: (() => void) | undefined

const at = /"at":(\d+)/
const complain = (error: string): void => void process.send?.({ error })

function hear(data: Buffer, by: Subscriber): void {
  const text = data.toString()
  const sent = at.exec(text)?.[1]
  if (sent === undefined) {
    if (!text.includes('connection_ack')) complain(text.slice(0, 300))
    return
  }
  by.heard = true
  times.push(Date.now() - Number(sent))
  bytes = data.length
  came?.()
}

async function subscribe(url: string, field: Happen['field'], index: number): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false })
  const subscriber = { socket, subscribed: false, heard: false }
  all[index] = subscriber
  socket.on('error', ({ message }) => complain(message))
  await once(socket, 'open')
  const acknowledged = once(socket, 'message')
  socket.on('message', (data: Buffer) => hear(data, subscriber))
  socket.send('{"type":"connection_init"}')
  await acknowledged
  const variables = field === 'personal' ? { user: `u${index}` } : undefined
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: queries[field], variables } }))
  subscriber.subscribed = true
}

const answers: { [Do in ToClients['do']]: (told: ToClients & { do: Do }) => Promise<unknown> } = {
  async open({ url, count, field, within }) {
    times = []
    const late = pause(within, 'late', { ref: false })
    const until = performance.now() + within
    // A server that sheds load is asked again.
    const insist = async (index: number): Promise<void> => {
      while (performance.now() < until && !all[index]?.subscribed)
        await subscribe(url, field, index).catch(() => pause(200))
    }
    for (let from = 0; from < count; from += 100) {
      const some = Array.from({ length: Math.min(100, count - from) }, (_, i) => insist(from + i))
      if ((await Promise.race([Promise.all(some), late])) === 'late') break
    }
    return all.filter(({ subscribed }) => subscribed).length
  },
  async close() {
    const open = all.filter(({ socket }) => socket.readyState !== socket.CLOSED)
    all = []
    await Promise.all(
      open.map(async ({ socket }) => {
        const closed = once(socket, 'close').catch(() => {})
        socket.terminate()
        await closed
      }),
    )
  },
  async frames({ count, quiet, within }) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const late = setTimeout(resolve, within)
    const still = setTimeout(resolve, quiet)
    came = () => void (times.length >= count ? resolve() : still.refresh())
    if (times.length >= count) resolve()
    await promise
    came = undefined
    for (const timer of [late, still]) clearTimeout(timer)
    const answer = { times, bytes }
    times = []
    return answer
  },
  unheard: async () => all.flatMap(({ heard }, index) => (heard ? [] : [index])),
}

process.on('message', async (told: ToClients) => {
  process.send?.({ did: told.do, answer: (await answers[told.do](told as never)) ?? null })
})
