import { openAdmin } from '@puchi/platform/admin'
import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import type { Service } from '@puchi/platform/lifecycle'
import { type Flags, fromCommandLine } from './flags.ts'
import { countAlone } from './guard/counters.ts'
import { openRouter } from './router.ts'
import { settingsOf } from './settings.ts'

/** Starts the router: the one door to the supergraph. Resolves when it answers. */
export const start = (
  given: NodeJS.ProcessEnv,
  connect: Connect = toRabbit,
  flags: Flags = {},
): Promise<Service> => openRouter(given, flags, { connect, admin: openAdmin, counters: countAlone() })

/** One router, or as many as the settings ask for. */
async function run(flags: Flags): Promise<Pick<Service, 'close'>> {
  const env = settingsOf(process.env, flags)
  if (env.ROUTER_WORKERS === 1) return start(process.env, toRabbit, flags)
  const { openWorkers } = await import('./workers/primary.ts')
  return openWorkers(env)
}

if (import.meta.main) await fromCommandLine(run)
