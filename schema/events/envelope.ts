import { type output, z } from 'zod'
import { type EventKind, eventKinds } from '../events.ts'

/** What surrounds the data of every event. */
export const envelope = z.object({
  id: z.uuid().describe('One event has one id, however often it is delivered.'),
  type: z.string().describe('The routing key, which names the contract of the data.'),
  version: z.int().min(1).describe('The version of that contract.'),
  occurredAt: z.iso.datetime().describe('When it happened, in UTC.'),
  correlationId: z.string().min(1).max(128).describe('The id of the request that caused it.'),
  actor: z.string().min(1).max(128).nullable().describe('The id of the user who did it; null: the system.'),
  aggregate: z
    .object({
      id: z.string().min(1).max(128),
      version: z.int().min(0).describe('Rises by one with every event; 0 where the sender keeps no order.'),
    })
    .describe('What the event is about. Of two events about the same, the higher version is the newer.'),
})

/** An event as it is read: its envelope and its data. */
export type Event<K extends EventKind = EventKind> = z.output<typeof envelope> & { data: output<K['data']> }

/** What happened, before it has an id, a version and a place in the order. */
export type NewEvent = { kind: EventKind; aggregateId: string; data: unknown }

/** A message breaks its contract: it will never be read, however often it comes. */
export class ContractBroken extends Error {
  override readonly name = 'ContractBroken'
}

/** Says what happened. The data is checked when it is encoded. */
export const eventOf = <K extends EventKind>(kind: K, data: output<K['data']>): NewEvent => ({
  kind,
  aggregateId: data.userId,
  data,
})

/** The JSON of an event. Throws ContractBroken where the data does not fit: better now than at every reader. */
export function encode(
  kind: EventKind,
  about: Omit<Event, 'type' | 'version' | 'data'>,
  data: unknown,
): string {
  const head = checked(envelope, { ...about, type: kind.key, version: kind.version }, kind.key)
  return JSON.stringify({ ...head, data: checked(kind.data, data, kind.key) })
}

const kindOf = new Map(eventKinds.map((kind) => [kind.key, kind]))
const withData = envelope.extend({ data: z.unknown() })

/** Reads an event of any kind. Throws ContractBroken, naming what does not fit, never a value. */
export function decode(body: Buffer | string): Event {
  const { data, ...head } = checked(withData, parsed(body), 'envelope')
  const kind = kindOf.get(head.type)
  if (!kind) throw new ContractBroken('type: unknown')
  const contract = head.version === kind.version ? kind.data : kind.older?.[head.version]
  if (!contract) throw new ContractBroken(`${kind.key}: version ${head.version} is unknown`)
  return { ...head, data: checked(contract, data, kind.key) }
}

function parsed(body: Buffer | string): unknown {
  try {
    return JSON.parse(String(body))
  } catch {
    throw new ContractBroken('the body is not JSON')
  }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, where: string): output<S> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const faults = error.issues.map(({ path, code }) => `${path.join('.') || 'all of it'} (${code})`)
  throw new ContractBroken(`${where}: ${faults.join(', ')}`)
}
