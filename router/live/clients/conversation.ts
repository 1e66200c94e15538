import type { Caller } from '../../guard/identity.ts'
import type { Connections } from './connections.ts'
import type { introduced } from './introduction.ts'
import type { ClientMessage } from './message.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { Wire } from './wire.ts'

type Parties = {
  connections: Pick<Connections, 'count'>
  subscriptions: Subscriptions
  settled(): void
  introduce(given: unknown): ReturnType<typeof introduced>
  initPatience: number
  /** Our own fault, which is to end one socket and not the process. */
  failed(error: unknown): void
}

/** What is said with one client, in the order that the protocol wants: who it is first, then operations. */
export function converse(
  { send, close }: Pick<Wire, 'send' | 'close'>,
  { connections, subscriptions, settled, introduce, initPatience, failed }: Parties,
) {
  let begun = false
  let caller: Caller | undefined
  let given: unknown
  let ended = false
  let uncount = () => {}
  let patience: NodeJS.Timeout | undefined = setTimeout(
    () => close(4408, 'Connection initialisation timeout'),
    initPatience,
  )

  async function known(): Promise<Caller | null> {
    const who = await introduce(given)
    if (!('code' in who)) return who
    close(who.code, who.reason)
    return null
  }
  async function init(payload: Record<string, unknown>): Promise<void> {
    if (begun) return close(4429, 'Too many initialisation requests')
    begun = true
    given = payload['authorization'] ?? payload['Authorization']
    const who = await known()
    clearTimeout(patience)
    patience = undefined
    if (!who) return
    const counted = await connections.count(who)
    if (typeof counted === 'string') return close(4429, `Too many sockets of one ${counted}`)
    if (ended) return counted()
    uncount = counted
    settled()
    caller = who
    send('{"type":"connection_ack"}')
  }
  async function subscribe({ id, payload }: ClientMessage & { type: 'subscribe' }): Promise<void> {
    if (!caller) return close(4401, 'Unauthorized')
    const anonymous = caller.viewer === null ? caller : undefined
    // A minute after it came a viewer may have another role, or may not come in any more.
    await subscriptions.start(id, payload, async () => anonymous ?? known())
  }
  return {
    hear(message: ClientMessage): void {
      if (message.type === 'connection_init') init(message.payload).catch(failed)
      else if (message.type === 'subscribe') subscribe(message).catch(failed)
      else if (message.type === 'complete') subscriptions.stop(message.id)
      else if (message.type === 'ping') send(JSON.stringify({ type: 'pong', payload: message.payload }))
    },
    caller: () => caller,
    end() {
      ended = true
      uncount()
      clearTimeout(patience)
      subscriptions.stopAll()
    },
  }
}
