import { keysOf } from '@puchi/schema/events'
import { decode, type Event } from '@puchi/schema/events/envelope'
import type { Broker, Subscription } from '../broker.ts'
import type { Hub } from './hub.ts'

export type Live = {
  hub: Hub
  /** What else an event is to whoever follows. */
  heard?(event: Event): void
}

/**
 * Lets the events of a service reach whoever follows them here, by the process's own queue on the broker. It hears all
 * that the service says of a user, so that a gap in the versions is a loss.
 */
export const hearLive = (broker: Broker, service: string, { hub, heard }: Live): Promise<Subscription> =>
  broker.listen(
    keysOf(service),
    ({ body }) => {
      const event = decode(body)
      const { type, data, aggregate } = event
      hub.tell(aggregate.id, { type, data, version: aggregate.version })
      heard?.(event)
    },
    hub.lost,
  )
