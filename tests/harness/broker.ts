import { randomUUID } from 'node:crypto'
import type { Broker, Message } from '@puchi/platform/broker'
import { createRabbitBroker, type RabbitOptions } from '@puchi/platform/broker/rabbit'
import { createLog } from '@puchi/platform/log'
import { createTelemetry, type Telemetry } from '@puchi/platform/telemetry'

export const quiet = createLog('test', process.env['TEST_LOG_LEVEL'] ?? 'silent')

/** A small event of its own. */
export const messageOf = (key: string, text = 'hello'): Message => ({
  id: randomUUID(),
  key,
  body: Buffer.from(JSON.stringify({ text })),
})

/** What a test says of a broker on RabbitMQ; the rest are values short enough for a test. */
export type TestRabbitOptions = Pick<RabbitOptions, 'url' | 'service'> & Partial<RabbitOptions>

export function rabbitBroker(options: TestRabbitOptions): Promise<Broker> {
  const telemetry = options.telemetry ?? createTelemetry(options.service)
  return createRabbitBroker({
    consumes: [],
    log: quiet,
    retryDelays: [50, 60, 70, 80],
    ...options,
    telemetry,
  })
}

/** The value of a counter or gauge with exactly these labels; 0 where nothing was counted. */
export async function metricOf(telemetry: Telemetry, name: string, labels = {}): Promise<number> {
  const { values = [] } = (await telemetry.registry.getSingleMetric(name)?.get()) ?? {}
  const wanted = Object.entries(labels)
  return values.find((value) => wanted.every(([label, is]) => value.labels[label] === is))?.value ?? 0
}
