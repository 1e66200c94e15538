import { answer, answerJson } from './http/answer.ts'
import { type Door, openDoor } from './http/door.ts'
import { onlyRead } from './http/only-read.ts'
import type { Log } from './log.ts'
import type { Telemetry } from './telemetry.ts'

/** What a service says of itself. Degraded parts are named but never make it unready. */
export type Health = { ready(): boolean; degraded(): string[] }

export type AdminOptions = { port: number; host: string; health: Health; telemetry: Telemetry; log: Log }

type Told = Omit<AdminOptions, 'telemetry'> & {
  telemetry: { registry: Pick<Telemetry['registry'], 'contentType' | 'metrics'> }
}

/** The port for operators: /livez, /readyz and /metrics. Never published to the outside. */
export function openAdmin({ port, host, health, telemetry, log }: Told): Promise<Door> {
  return openDoor({
    port,
    host,
    log,
    handle: onlyRead(async (exchange) => {
      const { pathname } = exchange.url
      if (pathname === '/livez') return answerJson(exchange, 200, { live: true })
      if (pathname === '/readyz') {
        const ready = health.ready()
        return answerJson(exchange, ready ? 200 : 503, { ready, degraded: health.degraded() })
      }
      if (pathname !== '/metrics') return answerJson(exchange, 404, { error: 'not found' })
      answer(exchange, 200, telemetry.registry.contentType, await telemetry.registry.metrics())
    }),
  })
}
