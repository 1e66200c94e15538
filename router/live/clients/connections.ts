import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '@puchi/platform/identity/viewer'
import type { Counters } from '../../guard/counters.ts'
import type { Caller, Identity } from '../../guard/identity.ts'
import { type Bound, networkOf, ownerOf } from '../../guard/owner.ts'
import { placesAtOnce } from '../../guard/places.ts'
import { away, forbidden } from '../dismissal.ts'

/** A client that stays: a socket, or a stream. */
export type Connection = {
  caller(): Caller | undefined
  close(code: number, reason: string): void
  /** Asks whether it is still there; gives it up where it did not answer since the last time. */
  probe(): void
}

export type Connections = {
  /** Lets a connection in; false while draining. Returns how it leaves. */
  add(connection: Connection): (() => void) | false
  /**
   * Counts a socket that has not said yet whom it speaks for: one address could hold thousands of those. Returns how it
   * waits no more; undefined where so many of its address wait already.
   */
  wait(client: Client | undefined): (() => void) | undefined
  /**
   * Counts a connection for its caller's user, or where it has none for its address. Returns how it is counted no
   * more, or what has as many as it may have.
   */
  count(caller: Caller): Promise<(() => void) | Bound>
  draining(): boolean
  /** Sends everyone away, in random batches. */
  drain(): Promise<void>
}

export type ConnectionOptions = {
  stands: Identity['stands']
  take: Counters['take']
  perUser: number
  /** Of callers without a user; those whose address is not known are not counted. */
  perAddress: number
  /** Of sockets of one address that may wait at once, in this process; whoever lives behind one router shares an address. */
  waiting: number
  /** Hears what each connection that may not stay was one too many of. */
  refused(bound: Bound | 'waiting'): void
  /** Milliseconds over which a drain spreads. */
  drainOver: number
}

const probing = 12_000
const looking = 1_000
const batches = 20

/** Everyone who is connected; looks each second for those who may not stay. */
export function createConnections(options: ConnectionOptions): Connections {
  const { stands, take, waiting, drainOver, refused } = options
  const most = { user: options.perUser, address: options.perAddress }
  const all = new Set<Connection>()
  const takeHere = placesAtOnce()
  let draining = false
  const look = setInterval(() => {
    for (const one of all) {
      const caller = one.caller()
      if (caller && !stands(caller)) one.close(forbidden.code, forbidden.reason)
    }
  }, looking)
  const probe = setInterval(() => {
    for (const one of all) one.probe()
  }, probing)

  return {
    add(connection) {
      if (draining) return false
      all.add(connection)
      return () => void all.delete(connection)
    },
    wait(client) {
      if (!client?.ip) return () => {}
      const free = takeHere(networkOf(client.ip), waiting)
      if (!free) refused('waiting')
      return free
    },
    async count(caller) {
      const { bound, name } = ownerOf(caller)
      if (name === undefined || most[bound] === Number.POSITIVE_INFINITY) return () => {}
      const free = await take(`${bound} ${name}`, most[bound])
      if (free) return free
      refused(bound)
      return bound
    },
    draining: () => draining,
    async drain() {
      draining = true
      const rest = shuffled([...all])
      const size = Math.ceil(rest.length / batches)
      for (let at = 0; at < rest.length; at += size) {
        for (const one of rest.slice(at, at + size)) one.close(away.code, away.reason)
        if (at + size < rest.length) await pause(drainOver / batches)
      }
      clearInterval(look)
      clearInterval(probe)
    },
  }
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}
