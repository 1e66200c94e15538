import type { ConfirmChannel, GetMessage } from 'amqplib'
import type { DeadLetter } from '../broker.ts'
import { within } from '../within.ts'
import type { KeptConnection } from './connection.ts'
import { BrokerAway, refuseLarge } from './limits.ts'
import type { Publisher } from './publisher.ts'
import { deadQueue, workQueue } from './topology.ts'
import { headersOf, letterOf } from './wire.ts'

export type Letters = {
  dead(service: string): Promise<DeadLetter[]>
  replay(service: string, id: string): Promise<boolean>
}

export type LettersOptions = { connection: KeptConnection; publisher: Publisher; deadline: number }

/** How many letters are read at a time. */
const mostRead = 1_000

/**
 * Reads dead letters by taking each without acknowledging it and giving all back. One reader at a time: what one has
 * in hand another does not see.
 */
export function createLetters({ connection, publisher, deadline }: LettersOptions): Letters {
  let last: Promise<unknown> = Promise.resolve()

  function alone<T>(work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const mine = last.then(() =>
      onChannel(connection, (channel) => within(deadline, 'reading', work(channel))),
    )
    last = mine.catch(() => {})
    return mine
  }
  return {
    dead: (service) =>
      alone(async (channel) => {
        const letters: DeadLetter[] = []
        for await (const raw of lettersOf(channel, service))
          if (letters.push(letterOf(raw, service)) === mostRead) break
        return letters.sort((a, b) => a.diedAt.localeCompare(b.diedAt))
      }),
    replay: (service, id) =>
      alone(async (channel) => {
        for await (const raw of lettersOf(channel, service)) {
          const letter = letterOf(raw, service)
          if (letter.id !== id) continue
          await publisher.send(returning(service, letter))
          // Only now: dying before this line means a second delivery, never a lost letter.
          channel.ack(raw)
          return true
        }
        return false
      }),
  }
}

function returning(service: string, letter: DeadLetter) {
  refuseLarge(letter)
  const own = workQueue(service)
  const headers = headersOf(letter, { attempt: 1 })
  return { id: letter.id, body: letter.body, exchange: own, key: own, mandatory: true, headers }
}

async function* lettersOf(channel: ConfirmChannel, service: string): AsyncGenerator<GetMessage> {
  for (;;) {
    const raw = await channel.get(deadQueue(service)).catch(noneWhereMissing)
    if (!raw) return
    yield raw
  }
}

// A service that consumes nothing has no dead letters either.
function noneWhereMissing(error: unknown): false {
  if ((error as { code?: unknown }).code === 404) return false
  throw error
}

/** Work on a channel of its own; what it has not acknowledged is given back at the end. */
async function onChannel<T>(
  connection: KeptConnection,
  work: (channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  const link = connection.link()
  if (!link) throw new BrokerAway('the broker is away')
  const channel = await link.model.createConfirmChannel()
  channel.on('error', () => {})
  try {
    return await work(channel)
  } finally {
    await within(2_000, 'closing a channel', giveBack(channel)).catch(() => {})
  }
}

async function giveBack(channel: ConfirmChannel): Promise<void> {
  channel.nackAll(true)
  await channel.close()
}
