import type { Telemetry } from '../telemetry.ts'
import { createFeed, type Feed } from './feed.ts'

/** Something that happened, at its place in the order of what it is about. */
export type News = {
  /** What kind of thing it is, `user.xp.awarded`. */
  type: string
  version: number
  data: unknown
}

/** What a subscriber hears: news, or that some may be missing, so that it looks for itself how things stand. */
export type Heard = News | 'look'

export type Interest = {
  /** A user's id, or the name of something that everybody may follow. */
  topic: string
  wants(news: News): boolean
  /** Of news that come faster than they are taken, only the last. */
  latest?: boolean
}

/** Where the news of a process are shared out to whoever follows them; nothing is kept for anybody who does not. */
export type Hub = {
  /** Begins with `look`. Whoever reads state after this call misses nothing of what comes later. */
  follow(interest: Interest): Feed<Heard>
  /** Shares out news; where a version was skipped, everybody looks. What was told before is not told again. */
  tell(topic: string, news: News): void
  /** Lets everybody who follows the topic look. */
  look(topic: string): void
  /** News may have been lost on their way here: everybody must look. */
  lost(): void
  /** How many follow. */
  size(): number
}

/** What a subscriber that does not keep up may fall behind before it is told to look instead. */
const mostBehind = 100

type Follower = Pick<Interest, 'wants' | 'latest'> & { feed: Feed<Heard> }
type Topic = { followers: Set<Follower>; last: number | undefined }

export function createHub(telemetry: Telemetry): Hub {
  const open = telemetry.gauge('live_subscriptions', 'Subscriptions that are open.')
  const told = telemetry.counter('live_events_total', 'Events handed to a subscription.')
  const dropped = telemetry.counter('live_dropped_total', 'Events replaced by a snapshot for a slow reader.')
  const topics = new Map<string, Topic>()
  let size = 0

  function hand({ feed, latest }: Follower, news: News): void {
    told.inc()
    const isFull = feed.size() >= mostBehind
    const replaced = isFull || latest ? feed.clear() : []
    if (isFull) dropped.inc(replaced.length)
    feed.push(isFull || replaced.includes('look') ? 'look' : news)
  }
  const look = (topic: Topic | undefined): void => {
    for (const { feed } of topic?.followers ?? []) {
      feed.clear()
      feed.push('look')
    }
  }

  return {
    follow({ topic, wants, latest = false }) {
      const { followers } = topicOf(topics, topic)
      const feed = createFeed<Heard>(() => {
        followers.delete(follower)
        if (followers.size === 0) topics.delete(topic)
        size -= 1
        open.set(size)
      })
      const follower = { feed, wants, latest }
      followers.add(follower)
      size += 1
      open.set(size)
      feed.push('look')
      return feed
    },
    tell(name, news) {
      const topic = topics.get(name)
      if (!topic) return
      const { last = news.version - 1 } = topic
      if (news.version <= last) return
      topic.last = news.version
      if (news.version > last + 1) return look(topic)
      for (const follower of topic.followers) if (follower.wants(news)) hand(follower, news)
    },
    look: (name) => look(topics.get(name)),
    lost() {
      for (const topic of topics.values()) look(topic)
    },
    size: () => size,
  }
}

function topicOf(topics: Map<string, Topic>, name: string): Topic {
  const topic = topics.get(name) ?? { followers: new Set(), last: undefined }
  topics.set(name, topic)
  return topic
}
