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
  const delayed = waitingRoom(add)
  const dead = deadLetters()
  let next = (journal.entries.at(-1)?.n ?? 0) + 1
  let size = 0

  function add(entry: Entry): void {
    ready.push(entry)
    news()
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
    if (entry.died) dead.keep(entry)
    else if (entry.due) delayed.enter(entry)
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
      delayed.enter(later)
    },
    async bury(entry, reason) {
      const letter = { ...entry, died: { reason, at: new Date().toISOString() } }
      await journal.write(letter)
      size -= 1
      dead.keep(letter)
    },
    dead: dead.all,
    async revive(id) {
      const letter = dead.take(id)
      if (!letter) return false
      const { key, body } = letter
      // The new place first: a crash between the two means a second delivery, never a lost letter.
      await enter({ id, key, body, attempt: 1 }).catch((error: unknown) => {
        dead.keep(letter)
        throw error
      })
      await journal.write({ n: letter.n, gone: true })
      return true
    },
    size: () => size,
    async close() {
      delayed.close()
      await journal.close()
    },
  }
}

/** Entries that wait until they are due, and are handed on then. */
function waitingRoom(due: (entry: Entry) => void) {
  const timers = new Set<NodeJS.Timeout>()
  return {
    enter(entry: Entry): void {
      const timer = setTimeout(
        () => {
          timers.delete(timer)
          due(entry)
        },
        Math.max(0, (entry.due ?? 0) - Date.now()),
      )
      timers.add(timer.unref())
    },
    close(): void {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

function deadLetters() {
  const letters = new Map<number, Entry>()
  const all = () => Array.from(letters.values())
  return {
    all,
    keep: (letter: Entry): void => void letters.set(letter.n, letter),
    /** Takes a letter out, by the id of its message. */
    take(id: string): Entry | undefined {
      const letter = all().find((one) => one.id === id)
      if (letter) letters.delete(letter.n)
      return letter
    },
  }
}
