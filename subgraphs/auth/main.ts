import { readFileSync } from 'node:fs'
import { callerSettings, port, postgresUrl, processSettings, readEnv, url } from '@puchi/platform/env'
import { closeAll, runProcess, type Service } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { callersOf, serveSubgraph } from '@puchi/platform/subgraph'
import { createTelemetry } from '@puchi/platform/telemetry'
import { z } from 'zod'
import { type Context, contextFor } from './graphql/context.ts'
import { createFirstSight } from './graphql/first-sight.ts'
import { resolvers } from './graphql/user.ts'
import { clerkDirectory } from './store/clerk.ts'
import { openDatabase } from './store/database.ts'
import { usersIn } from './store/users.ts'

export const settings = z.object({
  ...processSettings,
  ...callerSettings,
  AUTH_PORT: port,
  AUTH_ADMIN_PORT: port,
  AUTH_DATABASE_URL: postgresUrl,
  CLERK_SECRET_KEY: z.string().min(1),
  CLERK_API_URL: url,
})

/** Starts auth: who people are, and what they may do. */
export async function start(given: NodeJS.ProcessEnv): Promise<Service> {
  const env = readEnv(settings, given)
  const log = createLog('auth', env.LOG_LEVEL)
  const database = openDatabase(env.AUTH_DATABASE_URL)
  const users = usersIn(database)
  const directory = clerkDirectory({ secretKey: env.CLERK_SECRET_KEY, apiUrl: env.CLERK_API_URL })
  const firstSight = createFirstSight({ users, directory, log })

  return serveSubgraph<Context>({
    name: 'auth',
    sdl: readFileSync(new URL('../../schema/auth.graphql', import.meta.url), 'utf8'),
    resolvers,
    async context(viewer) {
      await firstSight.see(viewer)
      return contextFor(users, viewer)
    },
    ping: () => database.$queryRaw`SELECT 1`,
    release: () => closeAll(firstSight.close, () => database.$disconnect()),
    settings: { ...callersOf(env), port: env.AUTH_PORT, adminPort: env.AUTH_ADMIN_PORT },
    log,
    telemetry: createTelemetry('auth'),
  })
}

if (import.meta.main)
  await runProcess(
    () => start(process.env),
    () => createLog('auth', 'info'),
  )
