import type { OnDenied } from '@puchi/platform/access/resolvers'
import type { Broker } from '@puchi/platform/broker'
import type { Connect } from '@puchi/platform/broker/connect'
import { askViewerAt, createViewers, type ViewerOf } from '@puchi/platform/identity/viewers'
import { closeAll } from '@puchi/platform/lifecycle'
import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import {
  roleGranted,
  roleRevoked,
  sessionRevoked,
  userDeleted,
  userSuspended,
  userUpdated,
} from '@puchi/schema/events'
import { decode, type Event } from '@puchi/schema/events/envelope'
import type { Settings } from '../settings.ts'
import { createDenials } from './news/denials.ts'
import { createRevocations, type Revocations } from './news/revocations.ts'
import { createRoleChanges, type RoleChanges } from './news/role-changes.ts'
import { hearingOf } from './news/viewer-changes.ts'

/** What the router knows of viewers, keeps and hears between requests, and tells of them. */
export type News = {
  ended: Pick<Revocations, 'has'>
  /** Whose roles changed. */
  changed: Pick<RoleChanges, 'since'>
  viewerOf: ViewerOf
  /** Tells auth what a viewer was denied. */
  denied: OnDenied
  /** Names the broker while nothing can be heard. */
  degraded(): string[]
  close(): Promise<void>
}

type Secured = Extract<Settings, { RABBITMQ_URL: string }>
type Parts = { connect: Connect; log: Log; telemetry: Telemetry }

/** Opens the router's own queue on the broker. */
export async function openNews(env: Secured, { connect, log, telemetry }: Parts): Promise<News> {
  const ended = createRevocations(env.TOKEN_MAX_SECONDS)
  const changed = createRoleChanges(env.TOKEN_MAX_SECONDS)
  const viewers = createViewers({ ask: askViewerAt(env.VIEWER_URL, env.ROUTER_SECRETS[0] ?? ''), telemetry })
  const broker = await connect({ service: 'router', consumes: [], url: env.RABBITMQ_URL, log, telemetry })
  const listening = await listenToAuth(broker, [ended, hearingOf(viewers), changed], log)
  return {
    ended,
    changed,
    viewerOf: viewers.of,
    denied: createDenials(broker, log),
    degraded: () => (broker.away() ? ['broker'] : []),
    close: () => closeAll(listening.close, broker.close),
  }
}

const about = [roleGranted, roleRevoked, sessionRevoked, userDeleted, userSuspended, userUpdated]

type Hearing = { hear(event: Event): void }

/** Lets what auth says of users, sessions and roles reach the router within its own queue's time. */
const listenToAuth = (broker: Broker, hearings: readonly Hearing[], log: Log) =>
  broker.listen(
    about.map(({ key }) => key),
    (message) => {
      try {
        const event = decode(message.body)
        for (const hearing of hearings) hearing.hear(event)
      } catch (error) {
        log.error({ err: error, event: message.id }, 'an event of auth could not be read')
      }
    },
  )
