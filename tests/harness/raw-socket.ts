import { once } from 'node:events'
import { WebSocket } from 'ws'
import { until } from './until.ts'

export type Frame = { type: string; id?: string; payload?: ReturnType<typeof JSON.parse> }
export type RawSocket = Awaited<ReturnType<typeof openRaw>>

type Opening = { protocol?: string | null; headers?: Record<string, string> }

/** A socket that sends exactly what it is told, and keeps what it hears. */
export async function openRaw(
  url: string,
  { protocol = 'graphql-transport-ws', headers = {} }: Opening = {},
) {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocol === null ? [] : [protocol], { headers })
  const heard: Frame[] = []
  let closed: { code: number; reason: string } | undefined
  socket.on('message', (data) => heard.push(JSON.parse(String(data))))
  socket.on('close', (code, reason) => {
    closed = { code, reason: String(reason) }
  })
  await once(socket, 'open')
  const raw = {
    socket,
    heard,
    closed: () => closed,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    init(payload?: unknown) {
      raw.send({ type: 'connection_init', payload })
      return raw.hears('connection_ack', ({ type }) => type === 'connection_ack')
    },
    subscribe: (id: string, query: string, variables?: object) =>
      raw.send({ type: 'subscribe', id, payload: { query, variables } }),
    /** Waits for a frame. */
    async hears(what: string, is: (frame: Frame) => boolean): Promise<Frame> {
      await until(
        `${what}, but heard ${JSON.stringify(heard).slice(0, 500)} ${JSON.stringify(closed)}`,
        () => Boolean(closed) || heard.some(is),
      )
      const found = heard.find(is)
      if (!found) throw new Error(`closed with ${closed?.code} ${closed?.reason} instead of: ${what}`)
      return found
    },
    async code(ms?: number): Promise<number | undefined> {
      await until('the socket closes', () => closed !== undefined, ms)
      return closed?.code
    },
    results: (id: string) =>
      heard.filter((one) => one.id === id && one.type === 'next').map(({ payload }) => payload),
    async end() {
      socket.close()
      if (!closed) await once(socket, 'close')
    },
  }
  return raw
}

/** A socket whose connection is acknowledged. */
export async function openReady(url: string, opening?: Opening): Promise<RawSocket> {
  const raw = await openRaw(url, opening)
  await raw.init()
  return raw
}

/** What an upgrade that is refused is answered. */
export async function refusedUpgrade(
  url: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), ['graphql-transport-ws'], { headers })
  socket.on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  response.destroy()
  return response.statusCode
}
