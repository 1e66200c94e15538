import { randomBytes } from 'node:crypto'
import { Refusal } from '@puchi/platform/errors'
import type { GraphQLParams } from '@puchi/platform/graphql/params'
import type { Caller } from '../../guard/identity.ts'
import { broken } from '../dismissal.ts'
import type { Listener, Operate } from '../operations.ts'
import type { Wire } from './wire.ts'

/** The operations under way on one socket. */
export type Subscriptions = {
  /** Runs an operation for whoever the socket speaks for by now; null where it is closed instead. */
  start(id: string, params: GraphQLParams, who: () => Promise<Caller | null>): Promise<void>
  stop(id: string): void
  stopAll(): void
}

type Options = { operate: Operate; most: number }

export function createSubscriptions(wire: Wire, { operate, most }: Options): Subscriptions {
  const stops = new Map<string, () => void>()

  function listenerFor(key: string, forget: () => boolean): Listener {
    const start = `{"id":${key},"type":"next","payload":`
    const refused = (errors: unknown) => {
      if (forget()) wire.send(errorFor(key, errors))
    }
    return {
      next: (json) => wire.send(`${start}${json}}`),
      refused,
      end(errors) {
        if (errors) refused(errors)
        else if (forget()) wire.send(`{"id":${key},"type":"complete"}`)
      },
      resume: () => wire.close(1013, 'Too slow'),
      broken: () => wire.close(broken.code, broken.reason),
    }
  }
  return {
    async start(id, params, who) {
      const key = JSON.stringify(id)
      if (stops.has(id)) return wire.close(4409, `Subscriber for ${startOf(id)} already exists`)
      if (stops.size >= most) return wire.send(errorFor(key, tooMany))
      let stop: (() => void) | undefined
      const end = () => stop?.()
      const underway = () => stops.get(id) === end
      stops.set(id, end)
      const caller = await who()
      if (!caller || !underway()) return
      const listener = listenerFor(key, () => underway() && stops.delete(id))
      stop = operate(params, { ...caller, requestId: newId() }, listener)
    },
    stop(id) {
      stops.get(id)?.()
      stops.delete(id)
    },
    stopAll() {
      for (const stop of stops.values()) stop()
      stops.clear()
    },
  }
}

// Kept as long as the operation lasts: a random UUID is a tree of twenty strings, this is one.
const newId = () => randomBytes(16).toString('hex')

// A close frame has room for 123 bytes of reason; more would throw.
const startOf = (id: string): string => Buffer.from(id).subarray(0, 80).toString()

const errorFor = (key: string, errors: unknown): string =>
  `{"id":${key},"type":"error","payload":${JSON.stringify(errors)}}`

const { message, extensions } = new Refusal(
  'RATE_LIMITED',
  'Too many operations on this socket; complete some.',
)
const tooMany = [{ message, extensions }]
