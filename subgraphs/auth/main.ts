import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import { prismaTransact } from '@puchi/platform/database/transaction'
import { readEnv } from '@puchi/platform/env'
import { viewerDoor } from '@puchi/platform/identity/viewer-door'
import { knownHere } from '@puchi/platform/identity/viewers'
import { joinEvents } from '@puchi/platform/join-events'
import { closeAll, runProcess, type Service } from '@puchi/platform/lifecycle'
import { createHub } from '@puchi/platform/live/hub'
import { createLog } from '@puchi/platform/log'
import { serveSubgraph, sharedSettingsOf } from '@puchi/platform/subgraph'
import { createTelemetry } from '@puchi/platform/telemetry'
import { commandsOf } from './domain/commands.ts'
import { deniedHandler } from './events/access-denied.ts'
import { clerkWebhook } from './events/clerk-webhook.ts'
import { type Context, contextFor } from './graphql/context.ts'
import { createDenials } from './graphql/denials.ts'
import { createFirstSight } from './graphql/first-sight.ts'
import { resolvers } from './graphql/resolvers.ts'
import { settings } from './settings.ts'
import { auditWithin } from './store/audit-log.ts'
import { clerkAt } from './store/clerk.ts'
import { openDatabase } from './store/database.ts'
import { portsIn } from './store/ports.ts'
import { openUpkeep } from './store/upkeep.ts'

/** Starts auth: who people are, and what they may do. */
export async function start(given = process.env, connect: Connect = toRabbit): Promise<Service> {
  const env = readEnv(settings, given)
  const log = createLog('auth', env.LOG_LEVEL)
  const telemetry = createTelemetry('auth')
  const database = openDatabase(env.AUTH_DATABASE_URL, log)
  const clerk = clerkAt({ secretKey: env.CLERK_SECRET_KEY, apiUrl: env.CLERK_API_URL })
  const hub = createHub(telemetry)
  const ports = { ...portsIn(database, clerk), live: hub }
  const sources = { ...ports, commands: commandsOf({ ...ports, keys: env.REFRESH_TOKEN_SECRETS }) }
  const firstSight = createFirstSight({ ...ports, log })
  const denials = createDenials(ports.audit, log)
  const upkeep = openUpkeep({ prisma: database.prisma, telemetry, log })
  const find = firstSight.before(ports.viewers)
  const events = await joinEvents({
    service: 'auth',
    broker: { connect, url: env.RABBITMQ_URL },
    database: { url: env.AUTH_DATABASE_URL, transact: prismaTransact(database.prisma) },
    handlers: [deniedHandler(auditWithin)],
    live: { hub },
    log,
    telemetry,
  })

  return serveSubgraph<Context>({
    name: 'auth',
    resolvers,
    context: (viewer, client) => contextFor(sources, viewer, client),
    firstSight: firstSight.see,
    ping: () => database.prisma.$queryRaw`SELECT 1`,
    degraded: events.degraded,
    release: () => closeAll(firstSight.close, denials.close, upkeep.close, events.close, database.close),
    settings: { ...sharedSettingsOf(env), port: env.AUTH_PORT, adminPort: env.AUTH_ADMIN_PORT },
    viewerOf: knownHere(find),
    routes: {
      '/internal/viewer': viewerDoor(env.ROUTER_SECRETS, find),
      '/webhooks/clerk': clerkWebhook(env.CLERK_WEBHOOK_SECRETS, ports, log),
    },
    onDenied: denials.note,
    log,
    telemetry,
  })
}

if (import.meta.main) await runProcess(start, () => createLog('auth', 'info'))
