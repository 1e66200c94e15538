/** One message as it lies on the wire. */
export type Message = {
  /** The event's id; a message sent twice keeps it. */
  id: string
  /** The routing key, `auth.user.created`. */
  key: string
  /** UTF-8 JSON, at most 256 KiB. */
  body: Buffer
}

/** A message as a consumer gets it. */
export type Delivery = Message & {
  /** 1 for the first delivery; rises with every retry, not with a redelivery after a lost connection. */
  attempt: number
}

/** A message that nobody retries: it breaks its contract. Thrown by a handler; the message is dead-lettered at once. */
export class Rejected extends Error {
  override readonly name = 'Rejected'
}

/** No queue takes this routing key: the message was NOT kept. Thrown by `publish`. */
export class Unroutable extends Error {
  override readonly name = 'Unroutable'
}

/** A dead letter with the reason of its death. */
export type DeadLetter = Message & { queue: string; reason: string; attempt: number; diedAt: string }

/** Whatever `consume` or `listen` began, to be ended. `close` waits for the handlers that run. */
export type Subscription = { close(): Promise<void> }

/**
 * What services say to each other goes through here; RabbitMQ and the embedded broker keep the same promises
 * (one suite tests both). Delivery is at least once; order is kept for one publisher and queue while nothing fails.
 */
export type Broker = {
  /**
   * Resolves once every bound queue keeps the message. Rejects with Unroutable, with TooLarge, with Forbidden where the
   * user may not publish the key, and with BrokerAway while the broker is away or blocked (broker/limits.ts).
   */
  publish(message: Message): Promise<void>
  /**
   * Feeds a service's durable queue to `handle`, at most 20 at a time. Resolved: acknowledged. Rejected thrown:
   * dead-lettered. Anything else thrown: retried after 1, 10, 60 and 300 s, dead-lettered at the fifth attempt.
   */
  consume(service: string, handle: (delivery: Delivery) => Promise<void>): Promise<Subscription>
  /**
   * Feeds a queue of this process's own: gone with it, nothing kept while it is away. For caches and live data.
   * `begun` is called whenever a new queue stands: what was published before it is not heard.
   */
  listen(
    keys: readonly string[],
    handle: (message: Message) => void,
    begun?: () => void,
  ): Promise<Subscription>
  /** The dead letters of a service, oldest first, at most 1,000; reading leaves them there. */
  dead(service: string): Promise<DeadLetter[]>
  /** Puts one dead letter back into its service's queue. False where there is none of that id. */
  replay(service: string, id: string): Promise<boolean>
  /** True while messages cannot be published, or, for a process that only listens, cannot be heard. */
  away(): boolean
  /** Closes its subscriptions too, and waits for their handlers. */
  close(): Promise<void>
}
