import { readFileSync } from 'node:fs'
import { brokerSettings, type Connect, toRabbit } from '@puchi/platform/broker/connect'
import { prismaTransact } from '@puchi/platform/database/transaction'
import {
  callerSettings,
  list,
  port,
  postgresUrl,
  processSettings,
  readEnv,
  secret,
  url,
} from '@puchi/platform/env'
import { viewerDoor } from '@puchi/platform/identity/viewer-door'
import { knownHere } from '@puchi/platform/identity/viewers'
import { joinEvents } from '@puchi/platform/join-events'
import { closeAll, runProcess, type Service } from '@puchi/platform/lifecycle'
import { createHub } from '@puchi/platform/live/hub'
import { createLog } from '@puchi/platform/log'
import { serveSubgraph, sharedSettingsOf } from '@puchi/platform/subgraph'
import { createTelemetry } from '@puchi/platform/telemetry'
import { keysOf } from '@puchi/schema/events'
import { z } from 'zod'
import { commandsOf } from './domain/commands.ts'
import { receiver } from './domain/notices.ts'
import { deniedHandler } from './events/access-denied.ts'
import { clerkWebhook } from './events/clerk-webhook.ts'
import { type Context, contextFor } from './graphql/context.ts'
import { createDenials } from './graphql/denials.ts'
import { createFirstSight } from './graphql/first-sight.ts'
import { resolvers } from './graphql/resolvers.ts'
import { auditWithin } from './store/audit-log.ts'
import { watchAudit } from './store/audit-watch.ts'
import { clerkAt } from './store/clerk.ts'
import { openDatabase } from './store/database.ts'
import { portsIn } from './store/ports.ts'
import { keepTidy } from './store/upkeep.ts'
import { viewersIn } from './store/viewers.ts'

export const settings = z.object({
  ...processSettings,
  ...callerSettings,
  ...brokerSettings,
  AUTH_PORT: port,
  AUTH_ADMIN_PORT: port,
  AUTH_DATABASE_URL: postgresUrl,
  REFRESH_TOKEN_SECRETS: list(secret),
  CLERK_SECRET_KEY: z.string().min(1),
  CLERK_API_URL: url,
  CLERK_WEBHOOK_SECRETS: list(z.string().startsWith('whsec_')),
})

/** Starts auth: who people are, and what they may do. */
export async function start(given: NodeJS.ProcessEnv, connect: Connect = toRabbit): Promise<Service> {
  const env = readEnv(settings, given)
  const log = createLog('auth', env.LOG_LEVEL)
  const telemetry = createTelemetry('auth')
  const database = openDatabase(env.AUTH_DATABASE_URL, log)
  const clerk = clerkAt({ secretKey: env.CLERK_SECRET_KEY, apiUrl: env.CLERK_API_URL })
  const hub = createHub(telemetry)
  const ports = { ...portsIn(database, clerk), live: hub }
  const commands = commandsOf({ ...ports, keys: env.REFRESH_TOKEN_SECRETS })
  const sources = { ...ports, commands }
  const firstSight = createFirstSight({ users: ports.users, directory: clerk, log })
  const denials = createDenials(ports.audit, log)
  const watch = watchAudit({ prisma: database.prisma, telemetry, log })
  const upkeep = keepTidy(database.prisma, log)
  const find = firstSight.before(viewersIn(database.prisma))

  const events = await joinEvents({
    service: 'auth',
    connect,
    brokerUrl: env.RABBITMQ_URL,
    databaseUrl: env.AUTH_DATABASE_URL,
    transact: prismaTransact(database.prisma),
    handlers: [deniedHandler(auditWithin)],
    live: { hub, keys: keysOf('auth') },
    log,
    telemetry,
  })

  return serveSubgraph<Context>({
    name: 'auth',
    sdl: readFileSync(new URL('../../schema/auth.graphql', import.meta.url), 'utf8'),
    resolvers,
    async context(viewer, client) {
      await firstSight.see(viewer)
      return contextFor(sources, viewer, client)
    },
    liveContext: (viewer, client) => contextFor(sources, viewer, client),
    ping: () => database.prisma.$queryRaw`SELECT 1`,
    degraded: events.degraded,
    release: () =>
      closeAll(firstSight.close, denials.close, watch.close, upkeep.close, events.close, database.close),
    settings: { ...sharedSettingsOf(env), port: env.AUTH_PORT, adminPort: env.AUTH_ADMIN_PORT },
    viewerOf: knownHere(find),
    routes: {
      '/internal/viewer': viewerDoor(env.ROUTER_SECRETS, find),
      '/webhooks/clerk': clerkWebhook(env.CLERK_WEBHOOK_SECRETS, receiver(ports), log),
    },
    onDenied: denials.note,
    log,
    telemetry,
  })
}

if (import.meta.main)
  await runProcess(
    () => start(process.env),
    () => createLog('auth', 'info'),
  )
