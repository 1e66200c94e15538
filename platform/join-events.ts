import { unclaimedKeys } from '@puchi/schema/events'
import type { Connect } from './broker/connect.ts'
import type { Transact } from './database/transaction.ts'
import type { Handler } from './inbox/apply.ts'
import { createInbox } from './inbox/inbox.ts'
import { closeAll } from './lifecycle.ts'
import { hearLive, type Live } from './live/hear.ts'
import type { Log } from './log.ts'
import { createRelay } from './outbox/relay.ts'
import type { Telemetry } from './telemetry.ts'

export type JoinOptions<Tx> = {
  service: string
  broker: { connect: Connect; url: string }
  /** The service's own, with its outbox and inbox. */
  database: { url: string; transact: Transact<Tx> }
  /** What the service does about the events of others. */
  handlers: readonly Handler<Tx>[]
  /** Who follows what is told, while they do. */
  live?: Live
  log: Log
  telemetry: Telemetry
}

export type Joined = {
  /** Names the broker while nothing can be published. */
  degraded(): string[]
  close(): Promise<void>
}

/** Lets a service take part in events: its outbox is carried to the broker, and what others publish is applied once. */
export async function joinEvents<Tx>(options: JoinOptions<Tx>): Promise<Joined> {
  const { service, database, handlers, log, telemetry } = options
  const { transact } = database
  const broker = await options.broker.connect({
    url: options.broker.url,
    service,
    consumes: handlers.map(({ key }) => key),
    unclaimed: unclaimedKeys(),
    log,
    telemetry,
  })
  const relay = createRelay({ url: database.url, broker, log, telemetry })
  const inbox =
    handlers.length > 0
      ? await createInbox({ service, broker, transact, handlers, log, telemetry })
      : undefined
  const hearing = options.live ? await hearLive(broker, service, options.live) : undefined
  return {
    degraded: () => (broker.away() ? ['broker'] : []),
    close: () =>
      closeAll(
        async () => hearing?.close(),
        async () => inbox?.close(),
        relay.close,
        broker.close,
      ),
  }
}
