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
  if (!wanted) return { url: inProcess, where: 'in this process', ...(await withLetters(folder)) }
  const scripts = findScripts()
  if (!scripts)
    throw new Error('There is no rabbitmq-server here: install it (apt-get install rabbitmq-server).')
  const { url, stop } = await startNode(scripts, `${folder}/rabbitmq`, true)
  return { url, where: `RabbitMQ at ${new URL(url).host}`, connect: toRabbit, close: stop }
}

/** A broker inside this process, for all of its services; `folder` keeps what is on its way. */
export function embeddedBroker(folder: string): { connect: Connect; close(): Promise<void> } {
  const hub = createEmbeddedHub({ folder })
  return { connect: (asked) => createEmbeddedBroker({ ...asked, hub }), close: hub.close }
}

/** The embedded broker of a data folder, with its dead letters in the reach of `npm run events`. */
async function withLetters(folder: string): Promise<Pick<StackBroker, 'connect' | 'close'>> {
  const { connect, close } = embeddedBroker(`${folder}/broker`)
  const parts = { log: createLog('events', 'error'), telemetry: createTelemetry('events') }
  const view = await connect({ url: inProcess, service: 'events', consumes: [], ...parts })
  const letters = await serveLetters(folder, view)
  return { connect, close: () => closeAll(letters.close, view.close, close) }
}
