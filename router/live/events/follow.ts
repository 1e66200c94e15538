import type { GraphQLFormattedError } from 'graphql'
import type { Found } from '../../execute/source.ts'
import type { SubgraphAnswer } from '../../execute/subgraph.ts'
import { type EventOptions, eventOf, type Opened, refusalOf } from './event.ts'
import { type Progress, progressOf } from './resume.ts'
import type { Upstreams } from './upstream.ts'

export type FollowOptions = EventOptions & { upstreams: Upstreams }

/** A subscription's source, followed from one version of the supergraph to the next. */
export type Followed = {
  /** The subscription as its events are completed at present. */
  opened(): Opened
  progress(): Progress
  /** Goes on from where it is by what was found on another version of the supergraph. */
  move(found: Found): void
  stop(): void
}

type Receive = {
  event(event: SubgraphAnswer): void
  /** The source is over; with errors where it failed. */
  over(errors?: readonly GraphQLFormattedError[]): void
}

/** Subscribes at the subgraph that a subscription's events come from. */
export function follow({ found, context }: Opened, options: FollowOptions, to: Receive): Followed {
  let present = found
  let progress = progressIn(present)
  let stop = listen()

  function listen(): () => void {
    const { subgraph, ...asked } = present.source
    const at = present.compiled.planning.subgraphs.find(({ name }) => name === subgraph)
    const mine = progress
    return options.upstreams.subscribe(
      { name: subgraph, url: at?.url },
      { ask: () => ({ ...asked, query: mine.query() }), caller: context },
      {
        event(answer) {
          const event = eventOf(answer)
          progress.see(event.data)
          to.event(event)
        },
        ended: () => to.over(),
        failed: (reason) => to.over(refusalOf(reason, subgraph, options)),
      },
    )
  }
  return {
    opened: () => ({ found: present, context }),
    progress: () => progress,
    move(next) {
      stop()
      present = next
      progress = progressIn(next, progress.version())
      stop = listen()
    },
    stop: () => stop(),
  }
}

function progressIn({ compiled, source, variables }: Found, from?: unknown): Progress {
  return progressOf({ schema: compiled.planning.schema, query: source.query, variables }, from)
}
