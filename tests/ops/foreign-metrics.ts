// What others export, of what we show: read from their documentation, since they do not run in our tests. RabbitMQ's are
// not here: its plugin runs.

/** Plugin prometheus of APISIX 3.18. */
const apisix = [
  'apisix_http_status',
  'apisix_http_latency_bucket',
  'apisix_bandwidth',
  'apisix_nginx_http_current_connections',
  'apisix_upstream_status',
]

/** postgres_exporter 0.18. */
const postgres = [
  'pg_up',
  'pg_stat_database_numbackends',
  'pg_stat_database_xact_commit',
  'pg_stat_database_xact_rollback',
  'pg_stat_database_blks_hit',
  'pg_stat_database_blks_read',
  'pg_stat_database_deadlocks',
  'pg_database_size_bytes',
  'pg_settings_max_connections',
]

/** node_exporter 1.10. */
const node = [
  'node_cpu_seconds_total',
  'node_memory_MemAvailable_bytes',
  'node_memory_MemTotal_bytes',
  'node_filesystem_avail_bytes',
  'node_filesystem_size_bytes',
]

export const foreignMetrics: ReadonlySet<string> = new Set([...apisix, ...postgres, ...node])

/** The metrics of others that an expression names. */
export const foreignIn = (expr: string): string[] =>
  Array.from(expr.matchAll(/\b(?:apisix|pg|node)_\w+(?=[{[ )/]|$)/g), ([name]) => name)
