import { createHash } from 'node:crypto'
import type { Message as Raw, XDeath } from 'amqplib'
import type { DeadLetter, Delivery, Message } from '../broker.ts'
import { mostBody, mostHeaders } from './limits.ts'
import { eventsExchange, workQueue } from './topology.ts'

/** What a service's own exchange needs to know besides the message. */
export type Notes = { attempt: number; reason?: string; diedAt?: string }

export const headersOf = ({ key }: Pick<Message, 'key'>, notes: Notes): Record<string, string | number> => ({
  'x-key': key,
  'x-attempt': notes.attempt,
  ...(notes.reason === undefined ? {} : { 'x-reason': notes.reason }),
  ...(notes.diedAt === undefined ? {} : { 'x-died-at': notes.diedAt }),
})

export function isOversized({ content, properties: { headers } }: Raw): boolean {
  if (content.length > mostBody) return true
  return headers !== undefined && JSON.stringify(headers).length > mostHeaders
}

export const deliveryOf = (raw: Raw): Delivery => ({
  id: idOf(raw),
  key: keyOf(raw),
  body: raw.content,
  attempt: ownNumber(raw, 'x-attempt') ?? 1,
})

/** A letter that we put down carries our notes; one that the broker put down carries `x-death`. */
export const letterOf = (raw: Raw, service: string): DeadLetter => ({
  ...deliveryOf(raw),
  queue: workQueue(service),
  reason: ownText(raw, 'x-reason') ?? reasonOfBroker(raw),
  diedAt: ownText(raw, 'x-died-at') ?? new Date((deathOf(raw)?.time.value ?? 0) * 1_000).toISOString(),
})

function reasonOfBroker(raw: Raw): string {
  if (isOversized(raw)) return `TooLarge: ${raw.content.length} bytes and their headers`
  return `Broker: ${deathOf(raw)?.reason ?? 'unknown'}`
}

// Somebody who may publish `user.*` must not pass a message off as `auth.*`: what came through the events' exchange is
// what its checked routing key says, and its headers say nothing.
const isOwn = ({ fields: { exchange } }: Raw): boolean => exchange !== eventsExchange

function keyOf(raw: Raw): string {
  const { routingKey } = raw.fields
  const death = deathOf(raw)
  // Dead-lettered by the broker at its first sight: nobody of ours has written headers yet.
  if (death?.exchange === eventsExchange) return death['routing-keys'][0] ?? routingKey
  return ownText(raw, 'x-key') ?? routingKey
}

function ownText(raw: Raw, name: string): string | undefined {
  const value: unknown = isOwn(raw) ? raw.properties.headers?.[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function ownNumber(raw: Raw, name: string): number | undefined {
  const value: unknown = isOwn(raw) ? raw.properties.headers?.[name] : undefined
  return typeof value === 'number' ? value : undefined
}

const deathOf = (raw: Raw): XDeath | undefined =>
  isOwn(raw) ? raw.properties.headers?.['x-death']?.[0] : undefined

/** Messages of other makers may have no id; theirs is made of what they say, so that a letter can be named. */
function idOf({ properties: { messageId }, content }: Raw): string {
  if (typeof messageId === 'string' && messageId !== '') return messageId
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}
