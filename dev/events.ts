// npm run events -- dead list [SERVICE]        the dead letters, oldest first
// npm run events -- dead show ID               one of them, whole
// npm run events -- dead replay ID | --all     puts one, or each, back into its service's queue

import type { DeadLetter } from '@puchi/platform/broker'
import { createEmbeddedBroker } from '@puchi/platform/broker/embedded/broker'
import { createEmbeddedHub } from '@puchi/platform/broker/embedded/hub'
import { createRabbitBroker } from '@puchi/platform/broker/rabbit'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { eventKinds, keysReadBy } from '@puchi/schema/events'
import { dataFolder } from './data-folder.ts'
import { type Letters, runningLetters } from './letters.ts'

type Found = DeadLetter & { service: string }
type Reach = { letters: Letters; close(): Promise<void> }

/** Every service that has a queue, and so may have dead letters. */
const readers = Array.from(new Set(eventKinds.flatMap((kind) => kind.readers))).sort()

class Misuse extends Error {}

/** On RabbitMQ where RABBITMQ_URL names it, else in the running `npm start`, else in what the last one left. */
async function reach(): Promise<Reach> {
  const url = process.env['RABBITMQ_URL']
  if (url) {
    const broker = await createRabbitBroker({ url, service: 'events', consumes: [], ...quietly('events') })
    if (!broker.away()) return { letters: broker, close: broker.close }
    await broker.close()
    throw new Error(`RabbitMQ does not answer at ${new URL(url).host}.`)
  }
  const folder = dataFolder()
  const letters = await runningLetters(folder)
  return letters ? { letters, close: async () => {} } : leftBehind(`${folder}/broker`)
}

const quietly = (service: string) => ({
  log: createLog(service, 'error'),
  telemetry: createTelemetry(service),
})

async function leftBehind(folder: string): Promise<Reach> {
  const hub = createEmbeddedHub({ folder })
  const brokers = await Promise.all(
    readers.map((service) =>
      createEmbeddedBroker({ hub, service, consumes: keysReadBy(service), ...quietly(service) }),
    ),
  )
  const [letters] = brokers
  if (!letters) throw new Error('No service reads events.')
  const close = async () => {
    await Promise.all(brokers.map((broker) => broker.close()))
    await hub.close()
  }
  return { letters, close }
}

async function lettersIn(letters: Letters, services: readonly string[]): Promise<Found[]> {
  const found = await Promise.all(
    services.map(async (service) => (await letters.dead(service)).map((letter) => ({ ...letter, service }))),
  )
  return found.flat().sort((a, b) => a.diedAt.localeCompare(b.diedAt))
}

const lineOf = ({ id, service, key, attempt, diedAt, reason }: Found): string =>
  `${id}  ${service}  ${key}  died ${diedAt} at attempt ${attempt}\n    ${reason}`

async function list(letters: Letters, service: string | undefined): Promise<void> {
  if (service && !readers.includes(service))
    throw new Misuse(`No queue of ${service}; there are ${readers.join(', ')}.`)
  const found = await lettersIn(letters, service ? [service] : readers)
  for (const letter of found) console.log(lineOf(letter))
  console.log(found.length === 0 ? 'No dead letters.' : `${found.length} in all.`)
}

async function show(letters: Letters, id: string | undefined): Promise<void> {
  const letter = (await lettersIn(letters, readers)).find((one) => one.id === id)
  if (!letter) throw new Error(`No dead letter has the id ${id}.`)
  console.log(`${lineOf(letter)}\n${readable(letter.body)}`)
}

function readable(body: Buffer): string {
  try {
    return JSON.stringify(JSON.parse(body.toString()), null, 2)
  } catch {
    return body.toString()
  }
}

async function replay(letters: Letters, which: string | undefined): Promise<void> {
  if (!which) throw new Misuse('Name the id of a dead letter, or --all.')
  const found = await lettersIn(letters, readers)
  const chosen = which === '--all' ? found : found.filter(({ id }) => id === which)
  if (chosen.length === 0 && which !== '--all') throw new Error(`No dead letter has the id ${which}.`)
  for (const { service, id } of chosen) {
    const isBack = await letters.replay(service, id)
    console.log(isBack ? `${id} is back in the queue of ${service}.` : `${id} was gone already.`)
  }
  if (chosen.length === 0) console.log('No dead letters.')
}

const commands = new Map([
  ['list', list],
  ['show', show],
  ['replay', replay],
])

async function main([topic, command = '', argument]: string[]): Promise<void> {
  const run = topic === 'dead' ? commands.get(command) : undefined
  if (!run)
    throw new Misuse('Use: npm run events -- dead list [SERVICE] | show ID | replay ID | replay --all')
  const { letters, close } = await reach()
  await run(letters, argument).finally(close)
}

if (import.meta.main)
  await main(process.argv.slice(2)).catch((error: Error) => {
    console.error(error.message)
    process.exitCode = error instanceof Misuse ? 2 : 1
  })
