import { openAdmin } from '@puchi/platform/admin'
import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import { readEnv } from '@puchi/platform/env'
import { openDoor } from '@puchi/platform/http'
import type { Service } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { type Flags, fromCommandLine, withFlags } from './flags.ts'
import { openServing } from './serving.ts'
import { anonymousSettings, settings } from './settings.ts'
import { openSurroundings } from './surroundings.ts'

export { settings }

/** Starts the router: the one door to the supergraph. Resolves when it answers. */
export async function start(
  given: NodeJS.ProcessEnv,
  connect: Connect = toRabbit,
  flags: Flags = {},
): Promise<Service> {
  const env = readEnv(flags.anonymous ? anonymousSettings : settings, withFlags(given, flags))
  const { HOST: host } = env
  const log = createLog('router', env.LOG_LEVEL)
  const telemetry = createTelemetry('router')
  let ready = false

  await using held = new AsyncDisposableStack()
  const around = await openSurroundings(env, { connect, log, telemetry })
  held.defer(around.close)
  const health = { ready: () => ready && !around.overload.lags(), degraded: around.degraded }
  const admin = await openAdmin({ host, port: env.ROUTER_ADMIN_PORT, health, telemetry, log })
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

if (import.meta.main) await fromCommandLine((flags) => start(process.env, toRabbit, flags))
