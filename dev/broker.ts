import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import { createEmbeddedBroker } from '@puchi/platform/broker/embedded/broker'
import { createEmbeddedHub } from '@puchi/platform/broker/embedded/hub'
import { closeAll } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { serveLetters } from './letters.ts'
import { findScripts, startNode } from './rabbit-node.ts'

/** What the services of one process are told instead of RabbitMQ's address. */
export const inProcess = 'amqp://in-process'

/** The broker that a stack runs on. */
export type StackBroker = {
  url: string
  /** What the screen says of it. */
  where: string
  connect: Connect
  close(): Promise<void>
}

/** The RabbitMQ of RABBITMQ_URL; else one started here where `wanted`; else a broker inside this process. */
export async function openBroker(folder: string, wanted: boolean): Promise<StackBroker> {
  const given = process.env['RABBITMQ_URL']
  if (given) return { url: given, where: new URL(given).host, connect: toRabbit, close: async () => {} }
  return withLetters(folder, wanted ? await ownRabbit(`${folder}/rabbitmq`) : inThisProcess(folder))
}

const inThisProcess = (folder: string): StackBroker => ({
  ...{ url: inProcess, where: 'in this process' },
  ...embeddedBroker(`${folder}/broker`),
})

async function ownRabbit(folder: string): Promise<StackBroker> {
  if (/[^ -~]/.test(folder))
    throw new Error(
      `RabbitMQ cannot use ${folder}, whose letters go beyond ASCII. Name another: DATA_DIR=/tmp/puchi npm start -- --rabbitmq`,
    )
  const scripts = findScripts()
  if (!scripts)
    throw new Error('There is no rabbitmq-server here: install it (apt-get install rabbitmq-server).')
  const { url, stop } = await startNode(scripts, folder, true)
  return { url, where: `RabbitMQ at ${new URL(url).host}`, connect: toRabbit, close: stop }
}

/** A broker inside this process, for all of its services; `folder` keeps what is on its way. */
export function embeddedBroker(folder: string): { connect: Connect; close(): Promise<void> } {
  const hub = createEmbeddedHub({ folder })
  return { connect: (asked) => createEmbeddedBroker({ ...asked, hub }), close: hub.close }
}

/** A broker of a data folder, with its dead letters in the reach of `npm run events`. */
async function withLetters(folder: string, broker: StackBroker): Promise<StackBroker> {
  const { url, connect, close } = broker
  const parts = { log: createLog('events', 'error'), telemetry: createTelemetry('events') }
  const view = await connect({ url, service: 'events', consumes: [], ...parts })
  const letters = await serveLetters(folder, view)
  return { ...broker, close: () => closeAll(letters.close, view.close, close) }
}
