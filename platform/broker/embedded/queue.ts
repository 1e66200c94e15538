import type { Message } from '../../broker.ts'
import { BrokerAway } from '../limits.ts'
import { type Entry, openJournal } from './journal.ts'

/** A durable queue of the embedded broker. Whoever takes an entry says afterwards what becomes of it. */
export type Queue = {
  /** Resolves when the message is on the disk. */
  put(message: Message): Promise<void>
  /** The oldest entry that is due and that nobody has; undefined where there is none. */
  take(): Entry | undefined
  done(entry: Entry): Promise<void>
  /** Takes the place of the entry until its time comes. */
  retryLater(entry: Entry, delay: number): Promise<void>
  bury(entry: Entry, reason: string): Promise<void>
  dead(): Entry[]
  /** Gives a dead letter a new place at the end of the queue. */
  revive(id: string): Promise<boolean>
  size(): number
  close(): Promise<void>
}

/** A full queue takes no more: the outbox keeps what is not taken. */
const mostKept = 10_000

export async function openQueue(path: string, news: () => void): Promise<Queue> {
  const journal = await openJournal(path)
  const ready: Entry[] = []
  const dead = new Map<number, Entry>()
  const timers = new Set<NodeJS.Timeout>()
  let next = (journal.entries.at(-1)?.n ?? 0) + 1
  let size = 0

  function add(entry: Entry): void {
    ready.push(entry)
    news()
  }
  function wait(entry: Entry): void {
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        add(entry)
      },
      Math.max(0, (entry.due ?? 0) - Date.now()),
    )
    timers.add(timer.unref())
  }
  async function gone(entry: Entry): Promise<void> {
    size -= 1
    await journal.write({ n: entry.n, gone: true })
  }
  async function enter(entry: Omit<Entry, 'n'>): Promise<void> {
    const placed = { n: next, ...entry }
    next += 1
    await journal.write(placed)
    size += 1
    add(placed)
  }
  for (const entry of journal.entries) {
    if (entry.died) dead.set(entry.n, entry)
    else if (entry.due) wait(entry)
    else ready.push(entry)
    if (!entry.died) size += 1
  }

  return {
    async put({ id, key, body }) {
      if (size >= mostKept) throw new BrokerAway('a queue of the embedded broker is full')
      await enter({ id, key, body: body.toString('base64'), attempt: 1 })
    },
    take: () => ready.shift(),
    done: gone,
    async retryLater(entry, delay) {
      const later = { ...entry, attempt: entry.attempt + 1, due: Date.now() + delay }
      await journal.write(later)
      wait(later)
    },
    async bury(entry, reason) {
      const letter = { ...entry, died: { reason, at: new Date().toISOString() } }
      await journal.write(letter)
      size -= 1
      dead.set(entry.n, letter)
    },
    dead: () => Array.from(dead.values()),
    async revive(id) {
      const letter = Array.from(dead.values()).find((one) => one.id === id)
      if (!letter) return false
      dead.delete(letter.n)
      const { key, body } = letter
      // The new place first: a crash between the two means a second delivery, never a lost letter.
      await enter({ id, key, body, attempt: 1 }).catch((error: unknown) => {
        dead.set(letter.n, letter)
        throw error
      })
      await journal.write({ n: letter.n, gone: true })
      return true
    },
    size: () => size,
    async close() {
      for (const timer of timers) clearTimeout(timer)
      await journal.close()
    },
  }
}
