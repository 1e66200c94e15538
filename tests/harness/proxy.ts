import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export type Pair = { client: Socket; server: Socket; number: number }

/** A TCP proxy that does to a connection what networks do. */
export type Proxy = {
  port: number
  /** Connections so far. */
  count(): number
  /** Those that are open. */
  pairs(): Pair[]
  /** Delays each chunk, either way, by so many milliseconds. */
  slow(ms: number): void
  /** Ends every connection with a reset; new ones are let in. */
  reset(): void
  /** Resets every connection and refuses new ones until `mend`. */
  cut(): void
  /** Swallows whatever is sent, either way, on all connections, until `mend`; those stay dumb then. */
  blackhole(): void
  mend(): void
  /** Is told of each chunk from the server before it is passed on; false swallows it and all that follows. */
  onServerData(watch: (pair: Pair, chunk: Buffer) => boolean): void
  close(): Promise<void>
}

export async function startProxy(to: { host: string; port: number }): Promise<Proxy> {
  const pairs = new Set<Pair>()
  const dumb = new WeakSet<Pair>()
  let watch: (pair: Pair, chunk: Buffer) => boolean = () => true
  const mood = { delay: 0, isCut: false, isHole: false }
  let opened = 0

  async function pass(pair: Pair, chunk: Buffer, target: Socket): Promise<void> {
    if (mood.isHole) dumb.add(pair)
    if (dumb.has(pair)) return
    if (target === pair.client && !watch(pair, chunk)) return void dumb.add(pair)
    if (mood.delay > 0) await pause(mood.delay)
    if (!target.destroyed) target.write(chunk)
  }

  function join(client: Socket): void {
    opened += 1
    const pair: Pair = { client, server: connect(to.port, to.host), number: opened }
    pairs.add(pair)
    for (const [from, target] of [
      [client, pair.server],
      [pair.server, client],
    ] as const) {
      from.setNoDelay(true)
      from.on('data', (chunk: Buffer) => void pass(pair, chunk, target))
      from.on('error', () => target.destroy())
      from.on('close', () => {
        pairs.delete(pair)
        target.destroy()
      })
    }
  }
  const listener = createServer((client) => (mood.isCut ? client.resetAndDestroy() : join(client)))
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const reset = () => {
    for (const { client, server } of pairs) {
      client.resetAndDestroy()
      server.destroy()
    }
  }
  return {
    port: (listener.address() as AddressInfo).port,
    count: () => opened,
    pairs: () => Array.from(pairs),
    slow(ms) {
      mood.delay = ms
    },
    reset,
    cut() {
      mood.isCut = true
      reset()
    },
    blackhole() {
      mood.isHole = true
    },
    mend() {
      mood.isCut = false
      mood.isHole = false
    },
    onServerData(next) {
      watch = next
    },
    async close() {
      reset()
      await once(listener.close(), 'close')
    },
  }
}
