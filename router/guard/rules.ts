import type { ApolloServerPlugin } from '@apollo/server'
import type { OnDenied } from '@puchi/platform/access/resolvers'
import { type Measure, measured, requestMeasure } from '@puchi/platform/graphql/measure'
import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { LimitSettings } from '../settings/limits.ts'
import { answerableOperation } from './answerable-operation.ts'
import type { Counters } from './counters.ts'
import { type FormatError, formatErrorFor, valueCompletionHidden } from './format-error.ts'
import type { Caller } from './identity.ts'
import { limitRefusals } from './limits.ts'
import type { News } from './news.ts'

export type RuleOptions = {
  log: Log
  telemetry: Telemetry
  production: boolean
  /** Whether every subgraph is ours and keeps to our table of codes. */
  ours: boolean
  news: Pick<News, 'denied'>
  counters: Pick<Counters, 'rate'>
  limits: LimitSettings
  /** Mutations a minute for one user or address; no limit where it is not said. */
  mutations?: number | undefined
  /** What our own clients send; the metrics know these by name. */
  operations: readonly { name: string }[]
}

/** What holds for every request on every version of the supergraph. */
export type Rules = {
  formatError: FormatError
  plugins: ApolloServerPlugin<Caller>[]
  /** Measures what the server is not asked. */
  measure: Measure
  /** Whether clients may read the schema and the plans. */
  open: boolean
  onDenied: OnDenied
  limits: LimitSettings
  /** Hears the limit of each request that exceeded one. */
  onLimit(limit: string): void
}

export async function rulesFor(options: RuleOptions): Promise<Rules> {
  const { production, telemetry, operations, news } = options
  const names = operations.map(({ name }) => name)
  const denials = telemetry.counter('access_denied_total', 'Fields refused to signed-in viewers.', ['field'])
  const lanes = telemetry.counter(
    'graphql_lane_requests_total',
    'Requests: known operations, or through the server.',
    ['lane'],
  )
  const measure = requestMeasure(telemetry, names)
  const by =
    (lane: 'known' | 'server'): Measure =>
    () => {
      lanes.inc({ lane })
      return measure()
    }
  const onLimit = limitRefusals(telemetry)
  const rate = await ratesOf(options, onLimit)
  const hidden: ApolloServerPlugin[] = production ? [valueCompletionHidden] : []
  return {
    formatError: formatErrorFor(options),
    plugins: [answerableOperation, ...rate, measured(by('server')), ...hidden],
    measure: by('known'),
    open: !production,
    limits: options.limits,
    onLimit,
    onDenied(viewer, field) {
      denials.inc({ field })
      news.denied(viewer, field)
    },
  }
}

async function ratesOf(
  { mutations, counters }: RuleOptions,
  onLimit: Rules['onLimit'],
): Promise<ApolloServerPlugin<Caller>[]> {
  if (mutations === undefined) return []
  const { mutationRate } = await import('./mutation-rate.ts')
  return [await mutationRate(mutations, counters, onLimit)]
}
