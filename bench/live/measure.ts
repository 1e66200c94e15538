import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { median } from '../percentile.ts'
import type { ToClients } from './clients.ts'
import type { Happen } from './event.ts'
import type { Server } from './servers.ts'

/** Of one server with so many subscribers; CPU in µs by delivery, RSS in KiB by idle connection. */
export type Cell = { cpuUs: number; rssKib: number; lost: number; bytes: number }
export type Subscribers = ReturnType<typeof startClients>
type Came = { times: number[]; bytes: number }

export function startClients() {
  const child: ChildProcess = fork(join(import.meta.dirname, 'clients.ts'), { execArgv: [] })
  const complaints: string[] = []
  const tell = async (told: ToClients, within = 90_000): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const late = setTimeout(() => reject(new Error(`${told.do} took more than ${within} ms`)), within)
    const hear = ({ did, answer, error }: { did?: string; answer?: unknown; error?: string }) => {
      if (error && complaints.push(error) === 1) console.error(`a subscriber: ${error}`)
      if (did === told.do) resolve(answer)
    }
    child.on('message', hear)
    child.send(told)
    return promise.finally(() => {
      clearTimeout(late)
      child.off('message', hear)
    })
  }
  return {
    open: (url: string, count: number, field: Happen['field']) => tell({ do: 'open', url, count, field }),
    expect: async (frames: number, within = 10_000) => (await tell({ do: 'expect', frames, within })) as Came,
    close: () => tell({ do: 'close' }),
    stop: () => void child.kill(),
  }
}

/** Users whose events come at once. */
const atOnce = 100

const userNames = (from: number, count: number, of: number): string[] =>
  Array.from({ length: count }, (_, i) => `u${(from + i) % of}`)

type Asked = {
  field: Happen['field']
  count: number
  ms: number
  /** What the server's process held before it had many subscribers, in bytes. */
  base: number
}

/** Opens so many subscriptions, lets things happen to them for a while, one after the other, and closes them. */
export async function measure(server: Server, clients: Subscribers, asked: Asked): Promise<Cell> {
  const { field, count, ms } = asked
  await clients.open(server.url, count, field)
  await reachAll(server, clients, asked)
  const full = await server.usage(true)
  const before = await server.usage()
  const until = performance.now() + ms
  let [deliveries, lost, bytes, turn] = [0, 0, 0, 0]
  while (performance.now() < until) {
    const users = field === 'personal' ? userNames(turn, Math.min(atOnce, count), count) : undefined
    const due = users?.length ?? count
    turn += due
    server.happen({ field, ...(users && { users }) })
    const came = await clients.expect(due, 5_000)
    deliveries += came.times.length
    lost += due - came.times.length
    bytes = came.bytes
  }
  const after = await server.usage()
  const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
  return { cpuUs: cpu / deliveries, rssKib: (full.rss - asked.base) / 1024 / count, lost, bytes }
}

/** A subscription is not acknowledged: things happen until everyone has heard of one. */
async function reachAll(
  server: Server,
  clients: Subscribers,
  { field, count }: Pick<Asked, 'field' | 'count'>,
): Promise<void> {
  for (const until = performance.now() + 20_000; performance.now() < until; ) {
    await pause(500)
    server.happen({ field, ...(field === 'personal' && { users: userNames(0, count, count) }) })
    const { times } = await clients.expect(count, 3_000)
    if (times.length >= count) return settled(clients)
  }
  throw new Error(`${server.name} does not reach ${count} subscribers`)
}

/** What was sent twice until everyone was reached is not to count. */
async function settled(clients: Subscribers): Promise<void> {
  while ((await clients.expect(1, 500)).times.length > 0);
}

/** The median of the milliseconds from an event to its frame, at so many events a second. */
export async function latency(
  server: Server,
  clients: Subscribers,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<number> {
  await clients.open(server.url, 1, 'everyone')
  await reachAll(server, clients, { field: 'everyone', count: 1 })
  const begin = performance.now()
  for (let i = 0; i < rate * seconds; i += 1) {
    await pause(Math.max(0, begin + (i * 1_000) / rate - performance.now()))
    server.happen({ field: 'everyone' })
  }
  const { times } = await clients.expect(rate * seconds, 5_000)
  await clients.close()
  return median(times)
}
