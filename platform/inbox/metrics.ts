import type { Telemetry } from '../telemetry.ts'

export const inboxMetrics = (telemetry: Telemetry) => ({
  applied: telemetry.counter('inbox_applied_total', 'Events whose effects were committed.', ['key']),
  duplicates: telemetry.counter('inbox_duplicates_total', 'Deliveries of what was applied before.', ['key']),
  lag: telemetry.seconds('inbox_lag_seconds', 'From what happened to its effect here.', ['key']),
})
