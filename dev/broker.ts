import type { Connect } from '@puchi/platform/broker/connect'
import { createEmbeddedBroker } from '@puchi/platform/broker/embedded/broker'
import { createEmbeddedHub } from '@puchi/platform/broker/embedded/hub'

/** What the services of one process are told instead of RabbitMQ's address. */
export const inProcess = 'amqp://in-process'

/** A broker inside this process, for all of its services; `folder` keeps what is on its way. */
export function embeddedBroker(folder: string): { connect: Connect; close(): Promise<void> } {
  const hub = createEmbeddedHub({ folder })
  return { connect: (asked) => createEmbeddedBroker({ ...asked, hub }), close: hub.close }
}
