import { setTimeout as pause } from 'node:timers/promises'
import { within } from '@puchi/platform/within'
import { median } from '../percentile.ts'
import type { Happen } from './event.ts'
import type { Server } from './servers.ts'
import type { Subscribers } from './subscribers.ts'

/** Of one server with so many subscribers; CPU in µs by delivery, RSS in KiB by idle connection. */
export type Cell = { cpuUs: number; rssKib: number; lost: number; bytes: number }

/** Milliseconds that each phase has: who needs longer is written down with how far it came. */
export const patience = { open: 30_000, reach: 40_000, event: 15_000, usage: 15_000 }
/** Parts of the time; the median of their CPU counts. */
const rounds = 5
/** Users whose events come at once. */
const atOnce = 100

export type Following = {
  field: Happen['field']
  count: number
  ms: number
  /** What the server's process held before it had many subscribers, in bytes. */
  base: number
}

export type Cast = {
  server: Pick<Server, 'name' | 'url' | 'usage' | 'happen'>
  clients: Pick<Subscribers, 'open' | 'frames' | 'unheard' | 'close'>
  /** Of each phase. */
  limits: typeof patience
}

/**
 * Opens so many subscriptions, lets things happen to them for a while, one after the other. Throws where a phase takes
 * longer than it may.
 */
export async function measure(cast: Cast, asked: Following): Promise<Cell> {
  const { server, clients, limits } = cast
  const { count, ms } = asked
  const opened = await clients.open({ url: server.url, ...asked, within: limits.open })
  if (opened < count) throw new Error(`${opened} of ${count} subscribed in ${limits.open / 1_000} s`)
  await reachAll(cast, asked)
  const { rss } = await usage(cast, true)
  const taken: Round[] = []
  for (const until = performance.now() + ms; taken.length === 0 || performance.now() < until; )
    taken.push(await round(cast, asked, taken.length))
  return {
    cpuUs: median(taken.map(({ cpuUs }) => cpuUs)),
    rssKib: (rss - asked.base) / 1024 / count,
    lost: taken.reduce((sum, { lost }) => sum + lost, 0),
    bytes: taken[0]?.bytes ?? 0,
  }
}

export const usage = ({ server, limits }: Pick<Cast, 'server' | 'limits'>, rest = false) =>
  within(limits.usage, `asking ${server.name} what it uses`, server.usage(rest))

type Round = { cpuUs: number; lost: number; bytes: number }

/** At least one event, to everyone or to the next users. */
async function round(cast: Cast, { field, count, ms }: Following, index: number): Promise<Round> {
  const { server, clients, limits } = cast
  const before = await usage(cast)
  let [deliveries, lost, bytes, turn] = [0, 0, 0, index * atOnce]
  for (const until = performance.now() + ms / rounds; deliveries === 0 || performance.now() < until; ) {
    const users = field === 'personal' ? next(turn, count) : undefined
    const due = users?.length ?? count
    turn += due
    server.happen({ field, ...(users && { users }) })
    const came = await clients.frames(due, { within: limits.event, quiet: limits.event })
    if (came.times.length === 0) throw new Error(`0 of ${due} frames came in ${limits.event / 1_000} s`)
    deliveries += came.times.length
    lost += due - came.times.length
    bytes = came.bytes
  }
  const after = await usage(cast)
  const used = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
  return { cpuUs: used / deliveries, lost, bytes }
}

const names = (indices: readonly number[]): string[] => indices.map((index) => `u${index}`)

const next = (from: number, count: number): string[] =>
  names(Array.from({ length: Math.min(atOnce, count) }, (_, i) => (from + i) % count))

/** A subscription is not acknowledged: things happen until everyone has heard of one. */
async function reachAll(
  { server, clients, limits }: Cast,
  { field, count }: Pick<Following, 'field' | 'count'>,
): Promise<void> {
  await pause(500)
  const until = performance.now() + limits.reach
  const left = () => Math.max(0, until - performance.now())
  const tell = async (due: number, users?: string[]) => {
    if (left() === 0) return
    server.happen({ field, ...(users && { users }) })
    // Not at once again: a slow server would be given more than it can ever deliver.
    await clients.frames(due, { within: left(), quiet: 2_000 })
  }
  let unheard = await clients.unheard()
  for (; unheard.length > 0 && left() > 0; unheard = await clients.unheard())
    if (field === 'everyone') await tell(count)
    else
      for (let from = 0; from < unheard.length; from += atOnce) {
        const users = names(unheard.slice(from, from + atOnce))
        await tell(users.length, users)
      }
  if (unheard.length > 0)
    throw new Error(`events reached ${count - unheard.length} of ${count} in ${limits.reach / 1_000} s`)
  // What was sent twice until everyone was reached is not to count.
  while ((await clients.frames(Number.MAX_SAFE_INTEGER, { within: 500, quiet: 500 })).times.length > 0)
    if (left() === 0) throw new Error(`frames of ${limits.reach / 1_000} s ago still come`)
}

/** The median of the milliseconds from an event to its frame, at so many events a second. */
export async function latency(
  cast: Cast,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<number> {
  const { server, clients, limits } = cast
  await clients.open({ url: server.url, count: 1, field: 'everyone', within: limits.open })
  await reachAll(cast, { field: 'everyone', count: 1 })
  const begin = performance.now()
  for (let i = 0; i < rate * seconds; i += 1) {
    await pause(Math.max(0, begin + (i * 1_000) / rate - performance.now()))
    server.happen({ field: 'everyone' })
  }
  const { times } = await clients.frames(rate * seconds, { within: limits.event, quiet: limits.event })
  await clients.close()
  return median(times)
}
