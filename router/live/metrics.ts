import type { Telemetry } from '@puchi/platform/telemetry'

export type LiveMetrics = ReturnType<typeof liveMetrics>

/** What is counted of sockets and streams, and of what they are subscribed to. */
export const liveMetrics = (telemetry: Telemetry) => ({
  sockets: telemetry.gauge('live_sockets', 'Open sockets.'),
  closes: telemetry.counter('live_socket_closes_total', 'Closed sockets, by code.', ['code']),
  deliveries: telemetry.counter('live_deliveries_total', 'Events sent to subscribers.'),
  groups: telemetry.gauge('live_groups', 'Subscriptions executed, each for everyone who asks the same.'),
  fetches: telemetry.counter('live_entity_fetches_total', 'Entity fetches of events.'),
  requests: telemetry.counter(
    'live_entity_requests_total',
    'Requests that entity fetches of events were merged into.',
  ),
  refusals: telemetry.counter(
    'live_refusals_total',
    'Sockets and streams that were too many of one user or address, or waited with too many of one address.',
    ['bound'],
  ),
})
