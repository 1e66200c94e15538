import { requestScope } from '@puchi/platform/log'
import type { GraphQLFormattedError } from 'graphql'
import type { Found } from '../../execute/source.ts'
import type { SubgraphAnswer } from '../../execute/subgraph.ts'
import { completed, type Opened } from './event.ts'
import { type FollowOptions, follow } from './follow.ts'
import { inOrder } from './in-order.ts'

/** One of those whom a subscription's events go to. */
export type Member = {
  /** An event's result, as JSON. */
  next(json: string): void
  /** It is over; with errors where it failed. */
  end(errors?: readonly GraphQLFormattedError[]): void
  /** The client is to come again, and to say what it saw last. */
  resume(): void
}

export type GroupOptions = FollowOptions & { delivered(members: number): void }

export type Group = {
  members: Set<Member>
  /** Whether it is executed for everyone, as nobody. */
  everyones: boolean
  /** Whether one who comes now gets what one who came at the start got. */
  open(): boolean
  join(member: Member): void
  /** Goes on from where it is by what was found on another version of the supergraph. */
  move(found: Found): void
  close(): void
  /** Sends everyone away, who is to come again. */
  leave(): void
  fail(errors: readonly GraphQLFormattedError[]): void
}

// Events that wait for their entities; whoever is this far behind comes again and asks for what it missed.
const mostWaiting = 1_000

/** Opens a subscription's source once; each event is completed once, and written once, for all its members. */
export function openGroup({ found, context }: Opened, options: GroupOptions, closed: () => void): Group {
  const members = new Set<Member>()
  const events = inOrder(mostWaiting, deliver)
  /** Where a later member is to begin: the last event of what begins with how things stand. */
  let last: string | undefined
  const source = follow({ found, context }, options, {
    event(event) {
      if (!events.add(event)) leave()
    },
    over: finish,
  })

  async function deliver(event: SubgraphAnswer): Promise<void> {
    const text = await requestScope.run({ requestId: context.requestId }, () =>
      completed(event, source.opened(), options, members.size),
    )
    if (source.progress().resumable) last = text
    options.delivered(members.size)
    for (const member of members) member.next(text)
  }
  function finish(errors?: readonly GraphQLFormattedError[]): void {
    events.whenIdle(() => leaveAll((member) => member.end(errors)))
  }
  function leaveAll(say: (member: Member) => void): void {
    const all = [...members]
    members.clear()
    close()
    for (const member of all) say(member)
  }
  const leave = () => leaveAll((member) => member.resume())
  function close(): void {
    events.clear()
    source.stop()
    closed()
  }
  return {
    members,
    everyones: Boolean(found.everyones),
    // The first frame of a viewer's own stream is made for it; what everyone sees is whole in any frame.
    open() {
      const everyones = !context.viewer && !context.headers
      return last === undefined || (everyones && !source.progress().resuming)
    },
    join(member) {
      members.add(member)
      if (last !== undefined) member.next(last)
    },
    move: source.move,
    close,
    leave,
    fail: finish,
  }
}
