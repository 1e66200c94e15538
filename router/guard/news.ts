import type { Connect } from '@puchi/platform/broker/connect'
import { closeAll } from '@puchi/platform/lifecycle'
import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { Settings } from '../settings.ts'
import { createRevocations, listenToAuth, type Revocations } from './revocations.ts'

/** What the router hears of auth between requests. */
export type News = {
  ended: Pick<Revocations, 'has'>
  /** Names the broker while nothing can be heard. */
  degraded(): string[]
  close(): Promise<void>
}

const none: News = { ended: { has: () => false }, degraded: () => [], close: async () => {} }

type Parts = { connect: Connect; log: Log; telemetry: Telemetry }

/** Opens the router's own queue on the broker; a router of any supergraph has none. */
export async function openNews(env: Settings, { connect, log, telemetry }: Parts): Promise<News> {
  if (!('RABBITMQ_URL' in env)) return none
  const ended = createRevocations(env.TOKEN_MAX_SECONDS)
  const own = { service: 'router', consumes: [], listensOnly: true }
  const broker = await connect({ ...own, url: env.RABBITMQ_URL, log, telemetry })
  const listening = await listenToAuth(broker, ended, log)
  return {
    ended,
    degraded: () => (broker.away() ? ['broker'] : []),
    close: () => closeAll(listening.close, broker.close),
  }
}
