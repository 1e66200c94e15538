import { semaphore } from '../semaphore.ts'
import { endingWith } from './ending.ts'
import { type Feed, over } from './feed.ts'
import type { Heard, News } from './hub.ts'
import { outlast } from './outlast.ts'

/** Every frame of a subscription says which version it brings its reader to. */
export type Versioned = { version: number }

export type Sight<F extends Versioned> = {
  /** How things stand now. Reads the version first: what is newer than it may come once more, and is never missed. */
  look(): Promise<F>
  /** What news say. */
  show(news: News): F
}

// After a restart or an outage everybody looks at once; a database's few connections are not to be stormed.
const looking = semaphore(8)

/** What a subscriber is sent: first how things stand, then what is newer, in order and each version once. */
export function framesOf<F extends Versioned>(
  feed: Feed<Heard>,
  { look, show }: Sight<F>,
): AsyncIterableIterator<F, undefined> {
  let last: number | undefined
  let isOver = false
  const lookInTurn = () => looking(look)

  async function frameOf(heard: Heard): Promise<F | undefined> {
    if (heard !== 'look' && last !== undefined && heard.version <= last) return undefined
    const frame = heard === 'look' ? await outlast(lookInTurn, () => isOver) : show(heard)
    last = frame?.version ?? last
    return frame
  }
  async function end() {
    isOver = true
    return feed.return?.() ?? over
  }
  return endingWith<F>(end, async () => {
    while (!isOver) {
      const { value, done } = await feed.next()
      if (done) return over
      const frame = await frameOf(value).catch(async (error: unknown) => {
        await end()
        throw error
      })
      if (frame && !isOver) return { value: frame, done: false }
    }
    return over
  })
}
