import { readFileSync } from 'node:fs'
import { brokerSettings, type Connect, toRabbit } from '@puchi/platform/broker/connect'
import { callerSettings, port, postgresUrl, processSettings, readEnv, url } from '@puchi/platform/env'
import { joinEvents } from '@puchi/platform/events/join'
import { prismaTransact } from '@puchi/platform/events/sql'
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
  ...brokerSettings,
  AUTH_PORT: port,
  AUTH_ADMIN_PORT: port,
  AUTH_DATABASE_URL: postgresUrl,
  CLERK_SECRET_KEY: z.string().min(1),
  CLERK_API_URL: url,
})

/** Starts auth: who people are, and what they may do. */
export async function start(given: NodeJS.ProcessEnv, connect: Connect = toRabbit): Promise<Service> {
  const env = readEnv(settings, given)
  const log = createLog('auth', env.LOG_LEVEL)
  const telemetry = createTelemetry('auth')
  const database = openDatabase(env.AUTH_DATABASE_URL)
  const users = usersIn(database)
  const directory = clerkDirectory({ secretKey: env.CLERK_SECRET_KEY, apiUrl: env.CLERK_API_URL })
  const firstSight = createFirstSight({ users, directory, log })
  const events = await joinEvents({
    service: 'auth',
    connect,
    brokerUrl: env.RABBITMQ_URL,
    databaseUrl: env.AUTH_DATABASE_URL,
    transact: prismaTransact(database),
    handlers: [],
    log,
    telemetry,
  })

  return serveSubgraph<Context>({
    name: 'auth',
    sdl: readFileSync(new URL('../../schema/auth.graphql', import.meta.url), 'utf8'),
    resolvers,
    async context(viewer) {
      await firstSight.see(viewer)
      return contextFor(users, viewer)
    },
    ping: () => database.$queryRaw`SELECT 1`,
    degraded: events.degraded,
    release: () => closeAll(firstSight.close, events.close, () => database.$disconnect()),
    settings: { ...callersOf(env), port: env.AUTH_PORT, adminPort: env.AUTH_ADMIN_PORT },
    log,
    telemetry,
  })
}

if (import.meta.main)
  await runProcess(
    () => start(process.env),
    () => createLog('auth', 'info'),
  )
