import type { Message } from '../broker.ts'

/** The largest body that is published or handled, in bytes. */
export const mostBody = 256 * 1024

/** The largest headers that are handled, in bytes of their JSON. */
export const mostHeaders = 16 * 1024

/** How many deliveries one consumer works on at a time. */
export const prefetch = 20

/** A message that no broker takes, now or ever. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/** Publishing is not possible now; the message was perhaps kept, more likely not: send it again. */
export class BrokerAway extends Error {
  override readonly name = 'BrokerAway'
}

/** The user that we connect as may not publish this key. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

export function refuseLarge({ id, key, body }: Message): void {
  if (body.length > mostBody)
    throw new TooLarge(`${key} ${id}: ${body.length} bytes, more than ${mostBody} are not published`)
}
