import type { Live } from '@puchi/platform/live/hear'
import type { Hub } from '@puchi/platform/live/hub'
import { throttle } from '@puchi/platform/live/throttle'
import { xpAwarded } from '@puchi/schema/events'
import { everyBoard } from '../domain/leaderboard.ts'

const second = 1_000

/** What happens to learners, for whoever follows; to the leaderboards it is at most one thing a second. */
export function liveLearners(hub: Hub): Live {
  const moved = throttle(second, () => hub.look(everyBoard))
  const heard: Live['heard'] = ({ type }) => {
    if (type === xpAwarded.key) moved()
  }
  return { hub, heard }
}
