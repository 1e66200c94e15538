import { chart, type Dashboard, rate, times } from './panels.ts'

const requests = 'graphql_request_duration_seconds_count{job="router"}'
const subgraphs = '{job!="router"}'
const databaseOf = (metric: string) => `${metric}{datname=~"auth|user"}`

/** What every process of ours tells of itself. */
const process = (jobs: string) => [
  chart('CPU', 'percentunit', {
    '{{job}} {{instance}}': `rate(process_cpu_seconds_total{job=~"${jobs}"}[$__rate_interval])`,
  }),
  chart('Lag of the event loop, p99', 's', {
    '{{job}} {{instance}}': `nodejs_eventloop_lag_p99_seconds{job=~"${jobs}"}`,
  }),
  chart('Memory', 'bytes', {
    '{{job}} {{instance}}': `process_resident_memory_bytes{job=~"${jobs}"}`,
    'heap of {{job}} {{instance}}': `nodejs_heap_size_used_bytes{job=~"${jobs}"}`,
  }),
]

/** Every dashboard by the name of its file. */
export const dashboards: Record<string, Dashboard> = {
  edge: {
    title: 'Puchi: edge',
    charts: [
      chart('Answers by status', 'reqps', { '{{code}}': rate('apisix_http_status', 'code') }),
      chart('Answers by route', 'reqps', { '{{route}}': rate('apisix_http_status', 'route') }),
      chart('How long they take', 'ms', times('apisix_http_latency{type="request"}')),
      chart("The edge's own part of it", 'ms', times('apisix_http_latency{type="apisix"}')),
      chart('Refused: no good token, too much', 'reqps', {
        '{{code}}': rate('apisix_http_status{code=~"401|403|413|429"}', 'code'),
      }),
      chart('Connections', 'short', {
        '{{state}}': 'sum by (state) (apisix_nginx_http_current_connections)',
      }),
      chart('Through the wire', 'Bps', { '{{type}}': rate('apisix_bandwidth', 'type') }),
      chart('Targets that are well', 'bool', {
        '{{name}} {{ip}}': 'min by (name, ip) (apisix_upstream_status)',
      }),
    ],
  },
  router: {
    title: 'Puchi: router and operations',
    charts: [
      chart('Requests', 'reqps', { '{{instance}}': rate(requests, 'instance') }),
      chart('How long they take', 's', times('graphql_request_duration_seconds{job="router"}')),
      chart('Operations', 'reqps', { '{{operation}}': rate(requests, 'operation') }),
      chart('Slowest operations, p95', 's', {
        '{{operation}}': `topk(10, histogram_quantile(0.95, sum by (le, operation) (rate(graphql_request_duration_seconds_bucket{job="router"}[$__rate_interval]))))`,
      }),
      chart('Errors by code', 'cps', { '{{code}}': rate('graphql_errors_total{job="router"}', 'code') }),
      chart('Refused by limits and overload', 'cps', {
        'limit: {{limit}}': rate('router_limit_refusals_total', 'limit'),
        'overload: {{reason}}': rate('router_requests_shed_total', 'reason'),
      }),
      chart('Under way', 'short', { '{{instance}}': 'sum by (instance) (router_requests_in_flight)' }),
      chart('Parsed before, or anew', 'reqps', { '{{lane}}': rate('graphql_lane_requests_total', 'lane') }),
      chart('Named documents', 'reqps', { '{{outcome}}': rate('persisted_queries_total', 'outcome') }),
      chart('Fields refused to signed-in viewers', 'cps', {
        '{{field}}': rate('access_denied_total', 'field'),
      }),
      chart('Fetches from subgraphs, p95', 's', {
        '{{subgraph}}':
          'histogram_quantile(0.95, sum by (le, subgraph) (rate(subgraph_fetch_duration_seconds_bucket[$__rate_interval])))',
      }),
      chart('Queries answered by a fetch under way', 'cps', {
        '{{subgraph}}': rate('subgraph_fetches_shared_total', 'subgraph'),
      }),
      chart('Plans: found, or made', 'cps', {
        '{{outcome}}': rate('query_plan_cache_requests_total', 'outcome'),
      }),
      chart('Plans that are kept', 'short', { '{{instance}}': 'sum by (instance) (query_plan_cache_size)' }),
      chart('Time that planning takes', 'percentunit', {
        '{{instance}}': rate('query_plan_duration_seconds_sum', 'instance'),
      }),
      chart('Fetches without an answer', 'cps', {
        '{{subgraph}} {{code}}': rate('subgraph_fetch_failures_total', 'subgraph', 'code'),
      }),
      chart('Breakers that are open', 'bool', {
        '{{subgraph}}': 'max by (subgraph) (subgraph_breaker_open)',
      }),
      chart('Versions of the supergraph', 'short', {
        'taken by {{instance}}': 'sum by (instance) (supergraph_reloads_total)',
        'broken for {{instance}}': 'sum by (instance) (supergraph_reload_failures_total)',
      }),
      chart('Workers that answer, and those that died', 'short', {
        'answer at {{instance}}': 'sum by (instance) (router_workers)',
        'died at {{instance}}': 'sum by (instance) (increase(router_worker_deaths_total[$__rate_interval]))',
      }),
      chart('Served without knowing permissions', 'cps', {
        '{{job}}': rate('viewers_degraded_total', 'job'),
      }),
      ...process('router'),
    ],
  },
  subgraphs: {
    title: 'Puchi: subgraphs and databases',
    charts: [
      chart('Requests', 'reqps', {
        '{{job}}': rate(`graphql_request_duration_seconds_count${subgraphs}`, 'job'),
      }),
      chart('How long they take', 's', times(`graphql_request_duration_seconds${subgraphs}`, 'job')),
      chart('Errors by code', 'cps', {
        '{{job}} {{code}}': rate(`graphql_errors_total${subgraphs}`, 'job', 'code'),
      }),
      chart('The database answers', 'bool', {
        '{{job}}': 'min by (job) (database_up)',
        'the exporter': 'min(pg_up)',
      }),
      chart('Connections of databases', 'short', {
        '{{datname}}': 'sum by (datname) (pg_stat_database_numbackends{datname=~"auth|user"})',
        allowed: 'min(pg_settings_max_connections)',
      }),
      chart('Transactions', 'cps', {
        '{{datname}} committed': rate(databaseOf('pg_stat_database_xact_commit'), 'datname'),
        '{{datname}} rolled back': rate(databaseOf('pg_stat_database_xact_rollback'), 'datname'),
      }),
      chart('Read from memory, not from disk', 'percentunit', {
        '{{datname}}': `${rate(databaseOf('pg_stat_database_blks_hit'), 'datname')} / (${rate(databaseOf('pg_stat_database_blks_hit'), 'datname')} + ${rate(databaseOf('pg_stat_database_blks_read'), 'datname')})`,
      }),
      chart('Deadlocks', 'cps', { '{{datname}}': rate(databaseOf('pg_stat_database_deadlocks'), 'datname') }),
      chart('Size of databases', 'bytes', {
        '{{datname}}': 'max by (datname) (pg_database_size_bytes{datname=~"auth|user"})',
      }),
      chart('The audit log', 'short', {
        'rows that hold': 'max(audit_chain_rows)',
        'broken (1)': 'max(audit_chain_broken)',
      }),
      ...process('auth|user'),
      chart('CPU of the machine', 'percentunit', {
        '{{instance}}': '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))',
      }),
      chart('Memory and disk of the machine that is left', 'percentunit', {
        'memory {{instance}}': 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes',
        'disk {{instance}}':
          'min by (instance) (node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay"})',
      }),
    ],
  },
  events: {
    title: 'Puchi: events',
    charts: [
      chart('Published, as the outbox counts', 'cps', { '{{key}}': rate('outbox_published_total', 'key') }),
      chart('Applied, as the inbox counts', 'cps', { '{{key}}': rate('inbox_applied_total', 'key') }),
      chart('Waiting to be published', 'short', { '{{job}}': 'max by (job) (outbox_pending)' }),
      chart('Age of the oldest that waits', 's', { '{{job}}': 'max by (job) (outbox_oldest_seconds)' }),
      chart('From change to effect', 's', times('inbox_lag_seconds', 'job')),
      chart('In the queues', 'short', {
        '{{queue}}': 'max by (queue) (broker_queue_messages{queue!~".*[.]dead"})',
      }),
      chart('Dead letters', 'short', {
        '{{queue}}': 'max by (queue) (broker_queue_messages{queue=~".*[.]dead"})',
        'put there in an hour by {{job}}': 'sum by (job) (increase(broker_dead_letters_total[1h]))',
      }),
      chart('Publishes', 'cps', { '{{job}} {{result}}': rate('broker_publish_total', 'job', 'result') }),
      chart('Deliveries', 'cps', { '{{job}} {{result}}': rate('broker_consumed_total', 'job', 'result') }),
      chart('Delivered before, and passed over', 'cps', { '{{key}}': rate('inbox_duplicates_total', 'key') }),
      chart('Events that no queue takes', 'cps', { '{{key}}': rate('outbox_unroutable_total', 'key') }),
      chart('The broker', 'bool', {
        '{{job}} is connected': 'min by (job) (broker_connected)',
        '{{job}} is told to wait': 'max by (job) (broker_blocked)',
      }),
      chart('Connections made again', 'cps', { '{{job}}': rate('broker_reconnects_total', 'job') }),
      chart('RabbitMQ: messages', 'short', {
        ready: 'sum(rabbitmq_queue_messages_ready)',
        'under way': 'sum(rabbitmq_queue_messages_unacked)',
      }),
      chart('RabbitMQ: connections and channels', 'short', {
        connections: 'sum(rabbitmq_connections)',
        channels: 'sum(rabbitmq_channels)',
      }),
      chart('RabbitMQ: memory and disk', 'bytes', {
        'memory in use': 'sum(rabbitmq_process_resident_memory_bytes)',
        'memory allowed': 'sum(rabbitmq_resident_memory_limit_bytes)',
        'disk left': 'min(rabbitmq_disk_space_available_bytes)',
      }),
    ],
  },
  subscriptions: {
    title: 'Puchi: subscriptions',
    charts: [
      chart('Open sockets', 'short', { '{{instance}}': 'sum by (instance) (live_sockets)' }),
      chart('Subscriptions executed, each for all who ask the same', 'short', {
        '{{instance}}': 'sum by (instance) (live_groups)',
      }),
      chart('Sent to subscribers', 'cps', { '{{instance}}': rate('live_deliveries_total', 'instance') }),
      chart('Entity fetches of events, and what they became', 'cps', {
        'fetches of {{instance}}': rate('live_entity_fetches_total', 'instance'),
        'requests of {{instance}}': rate('live_entity_requests_total', 'instance'),
      }),
      chart('Sockets that closed, by code', 'cps', { '{{code}}': rate('live_socket_closes_total', 'code') }),
      chart('Sockets and streams refused, too many of one', 'cps', {
        '{{bound}}': rate('live_refusals_total', 'bound'),
      }),
      chart('Subscriptions of subgraphs', 'short', { '{{job}}': 'sum by (job) (live_subscriptions)' }),
      chart('Events handed to them', 'cps', { '{{job}}': rate('live_events_total', 'job') }),
      chart('Events skipped for slow readers', 'cps', { '{{job}}': rate('live_dropped_total', 'job') }),
      chart('Memory of routers', 'bytes', {
        '{{instance}}': 'process_resident_memory_bytes{job="router"}',
      }),
    ],
  },
}
