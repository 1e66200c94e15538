import type { AdminOptions } from '@puchi/platform/admin'
import type { Connect } from '@puchi/platform/broker/connect'
import { type Door, openDoor } from '@puchi/platform/http/door'
import type { Service } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import type { Flags } from './flags.ts'
import type { OwnCounters } from './guard/counters.ts'
import { openServing } from './serving.ts'
import { settingsOf } from './settings.ts'
import { openSurroundings } from './surroundings.ts'

/** Where a router runs: how it comes by its broker, tells of itself, and counts what no Redis counts. */
export type Place = {
  connect: Connect
  admin(options: AdminOptions): Promise<Pick<Door, 'port' | 'drain'>>
  counters: OwnCounters
}

/** Opens one router, in a process that may be one of several. Resolves when it answers. */
export async function openRouter(given: NodeJS.ProcessEnv, flags: Flags, place: Place): Promise<Service> {
  const env = settingsOf(given, flags)
  const { HOST: host } = env
  const log = createLog('router', env.LOG_LEVEL)
  const telemetry = createTelemetry('router')
  let ready = false

  await using held = new AsyncDisposableStack()
  const around = await openSurroundings(env, { ...place, log, telemetry })
  held.defer(around.close)
  const health = { ready: () => ready && !around.overload.lags(), degraded: around.degraded }
  const admin = await place.admin({ host, port: env.ROUTER_ADMIN_PORT, health, telemetry, log })
  held.defer(admin.drain)
  const { handle, live, close } = await openServing(env, { given, flags, around, log, telemetry })
  held.defer(close)
  const linger = env.NODE_ENV === 'production' ? 3_000 : 0
  const door = await openDoor({ handle, host, port: env.ROUTER_PORT, log, linger })
  held.defer(door.drain)
  live.attach(door.server)
  held.defer(live.drain)
  held.defer(async () => {
    ready = false
  })
  ready = true
  log.info({ port: door.port, adminPort: admin.port }, 'router listens')
  const running = held.move()
  return {
    name: 'router',
    url: `http://localhost:${door.port}/graphql`,
    adminUrl: `http://localhost:${admin.port}`,
    close: () => running.disposeAsync(),
  }
}
