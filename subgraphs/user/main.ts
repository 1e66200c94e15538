import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import { prismaTransact } from '@puchi/platform/database/transaction'
import { readEnv } from '@puchi/platform/env'
import { askViewerAt, createViewers } from '@puchi/platform/identity/viewers'
import { joinEvents } from '@puchi/platform/join-events'
import { closeAll, runProcess, type Service } from '@puchi/platform/lifecycle'
import { createHub } from '@puchi/platform/live/hub'
import { createLog } from '@puchi/platform/log'
import { oncePerKey } from '@puchi/platform/once'
import { repeat } from '@puchi/platform/repeat'
import { serveSubgraph, sharedSettingsOf } from '@puchi/platform/subgraph'
import { createTelemetry } from '@puchi/platform/telemetry'
import { settleWeeks } from './domain/champion.ts'
import { welcome } from './domain/learner.ts'
import { accountHandlers } from './events/account.ts'
import { liveLearners } from './events/live.ts'
import { type Context, contextFor } from './graphql/context.ts'
import { resolvers } from './graphql/resolvers.ts'
import { settings } from './settings.ts'
import { openDatabase } from './store/database.ts'
import { learnersWithin } from './store/learners.ts'
import { portsIn } from './store/ports.ts'
import { weeksIn } from './store/weeks.ts'

/** Starts user: who learners are, what they have reached, and whom they follow. */
export async function start(given = process.env, connect: Connect = toRabbit): Promise<Service> {
  const env = readEnv(settings, given)
  const log = createLog('user', env.LOG_LEVEL)
  const telemetry = createTelemetry('user')
  const database = openDatabase(env.USER_DATABASE_URL, log)
  const hub = createHub(telemetry)
  const ports = { ...portsIn(database), live: hub }
  // Rows are lazy: a learner gets one at their first verified request.
  const firstSight = oncePerKey(async (id) => void (await welcome(ports.learners, id)))
  const events = await joinEvents({
    service: 'user',
    broker: { connect, url: env.RABBITMQ_URL },
    database: { url: env.USER_DATABASE_URL, transact: prismaTransact(database.prisma) },
    handlers: accountHandlers(learnersWithin),
    live: liveLearners(hub),
    log,
    telemetry,
  })
  const settling = repeat(() => settleWeeks(weeksIn(database), new Date()), 60_000, log)

  return serveSubgraph<Context>({
    name: 'user',
    resolvers,
    context: (viewer) => contextFor(ports, viewer),
    firstSight,
    ping: () => database.prisma.$queryRaw`SELECT 1`,
    degraded: events.degraded,
    release: () => closeAll(events.close, settling.close, database.close),
    settings: { ...sharedSettingsOf(env), port: env.USER_PORT, adminPort: env.USER_ADMIN_PORT },
    viewerOf: createViewers({ ask: askViewerAt(env.VIEWER_URL, env.ROUTER_SECRETS[0] ?? ''), telemetry }).of,
    log,
    telemetry,
  })
}

if (import.meta.main) await runProcess(start, () => createLog('user', 'info'))
