import { requestScope } from '@puchi/platform/log'
import type { GraphQLFormattedError } from 'graphql'
import type { Found } from '../execute/source.ts'
import type { SubgraphAnswer } from '../execute/subgraph.ts'
import type { RouterContext } from '../plan/generation.ts'
import { completed, type EventOptions, eventOf, type Opened, refusalOf } from './event.ts'
import { inOrder } from './in-order.ts'
import { type Progress, progressOf } from './resume.ts'
import type { Upstreams } from './upstream.ts'

/** One of those whom a subscription's events go to. */
export type Member = {
  /** An event's result, as JSON. */
  next(json: string): void
  /** It is over; with errors where it failed. */
  end(errors?: readonly GraphQLFormattedError[]): void
  /** The client is to come again, and to say what it saw last. */
  resume(): void
}

export type GroupOptions = EventOptions & {
  upstreams: Upstreams
  delivered(members: number): void
}

export type Group = {
  members: Set<Member>
  /** Whether it is executed for everyone, as nobody. */
  everyones: boolean
  /** Whether one who comes now gets what one who came at the start got. */
  open(): boolean
  join(member: Member): void
  /** Goes on from where it is by what was found on another version of the supergraph. */
  move(found: Found<RouterContext>): void
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
  let present = found
  let progress = follow(present)
  /** Where a later member is to begin: the last event of what begins with how things stand. */
  let last: string | undefined
  let stop = listen()

  function listen(): () => void {
    const { subgraph, ...asked } = present.source
    const at = present.compiled.planning.subgraphs.find(({ name }) => name === subgraph)
    const mine = progress
    return options.upstreams.subscribe(
      { name: subgraph, url: at?.url },
      { ask: () => ({ ...asked, query: mine.query() }), caller: context },
      {
        event: take,
        ended: () => finish(),
        failed: (reason) => finish(refusalOf(reason, subgraph, options)),
      },
    )
  }
  function take(answer: unknown): void {
    const event = eventOf(answer)
    progress.see(event.data)
    if (!events.add(event)) leave()
  }
  async function deliver(event: SubgraphAnswer): Promise<void> {
    const opened = { found: present, context }
    const text = await requestScope.run({ requestId: context.requestId }, () =>
      completed(event, opened, options, members.size),
    )
    if (progress.resumable) last = text
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
    stop()
    closed()
  }
  return {
    members,
    everyones: Boolean(found.everyones),
    // The first frame of a viewer's own stream is made for it; what everyone sees is whole in any frame.
    open() {
      const everyones = !context.viewer && !context.headers
      return last === undefined || (everyones && !progress.resuming)
    },
    join(member) {
      members.add(member)
      if (last !== undefined) member.next(last)
    },
    move(next) {
      stop()
      present = next
      progress = follow(next, progress.version())
      stop = listen()
    },
    close,
    leave,
    fail: finish,
  }
}

function follow({ compiled, source, variables }: Found<RouterContext>, from?: unknown): Progress {
  return progressOf({ schema: compiled.planning.schema, query: source.query, variables }, from)
}
