import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { dashboards } from '../../deploy/grafana/dashboards.ts'
import { variable } from '../../dev/places.ts'
import { root, subgraphs } from '../../dev/subgraphs.ts'
import { spawnRouter } from '../harness/router-process.ts'
import { type Stack, startProcesses } from '../harness/stack.ts'
import { need } from '../harness/tools.ts'
import { foreignIn, foreignMetrics } from './foreign-metrics.ts'
import { type Job, startPrometheus } from './prometheus.ts'
import { startWounded, useSystem } from './traffic.ts'

const promtool = need('promtool')
const server = need('prometheus')
const folder = `${root}/deploy/prometheus`
type Alerts = { groups: { rules: { alert: string; expr: string }[] }[] }
const alerts = (parse(readFileSync(`${folder}/alerts.yml`, 'utf8')) as Alerts).groups.flatMap(
  ({ rules }) => rules,
)
const { scrape_configs: scrapes } = parse(readFileSync(`${folder}/prometheus.yml`, 'utf8')) as {
  scrape_configs: Job[]
}

for (const [what, args] of [
  ['Prometheus takes its settings', ['check', 'config', 'prometheus.yml']],
  ['Prometheus takes the alert rules', ['check', 'rules', 'alerts.yml']],
  ['every alert is silent while all is well, and fires when it is not', ['test', 'rules', 'alerts.test.yml']],
] as const)
  test(what, { skip: promtool.skip }, () => {
    const { status, stdout, stderr } = spawnSync(promtool.path, args, { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
  })

/** What only a fault or a coincidence brings about that no test provokes here; until then there is its name alone. */
const unseen =
  /^sum by \(\w+\) \(rate\((outbox_unroutable_total|inbox_duplicates_total|subgraph_fetches_shared_total)\[/

describe('a real Prometheus beside the running system', { skip: server.skip }, () => {
  let stack: Stack
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>
  const held = new AsyncDisposableStack()
  const names = subgraphs().map(({ name }) => name)
  const rabbit = process.env['TEST_RABBITMQ_METRICS_URL']

  before(async () => {
    stack = await startProcesses()
    held.defer(stack.close)
    const wounded = await startWounded(stack)
    held.defer(wounded.close)
    const crew = await spawnRouter(`${root}/schema/supergraph.graphql`, { ROUTER_WORKERS: '2' })
    const here: Record<string, string[]> = {
      router: [stack.routerAdminUrl, wounded.adminUrl, crew.adminUrl],
      ...Object.fromEntries(
        names.map((name) => [name, [`http://localhost:${stack.env[variable(name, 'ADMIN_PORT')]}`]]),
      ),
      ...(rabbit && { rabbitmq: [rabbit] }),
    }
    const jobs = scrapes
      .filter(({ job_name: name }) => here[name])
      .map((job) => ({
        ...job,
        static_configs: [{ targets: (here[job.job_name] ?? []).map((url) => new URL(url).host) }],
      }))
    prometheus = await startPrometheus(server.path, jobs)
    held.defer(prometheus.close)
    for (const round of [1, 2]) {
      await useSystem(stack, round)
      await wounded.use()
      await prometheus.scraped(2)
    }
  })
  after(() => held.disposeAsync())

  /** What is wrong with an expression: names that nobody exports, or no data. */
  async function faultOf(text: string): Promise<string | null> {
    const expr = text.replaceAll('$__rate_interval', '1m')
    const foreign = foreignIn(expr)
    const unknown = foreign.find((name) => !foreignMetrics.has(name))
    if (unknown) return `${unknown} is exported by nobody`
    const found = await prometheus.query(expr)
    const skipped = foreign.length > 0 || unseen.test(expr) || (!rabbit && expr.includes('rabbitmq_'))
    return skipped || found.some(({ value }) => value[1] !== 'NaN') ? null : `no data: ${expr}`
  }

  test('every line of every dashboard has data', async () => {
    const lines = Object.values(dashboards).flatMap(({ charts }) =>
      charts.flatMap((one) => Object.values(one.lines)),
    )
    assert(lines.length > 60)
    const faults = (await Promise.all(lines.map(faultOf))).filter((fault) => fault !== null)
    assert.deepEqual(faults, [])
  })

  test('what every alert looks at has data', async () => {
    const looked = alerts.map(
      ({ expr }) => /^([\s\S]+) [<>] [\d.]+$/.exec(expr.trim())?.[1] ?? assert.fail(expr),
    )
    const faults = (await Promise.all(looked.map(faultOf))).filter((fault) => fault !== null)
    assert.deepEqual(faults, [])
  })

  test('no alert fires but what the wounded router says of user', async () => {
    const firing: string[] = []
    for (const { alert, expr } of alerts) if ((await prometheus.query(expr)).length > 0) firing.push(alert)
    assert.deepEqual(
      firing.filter((name) => !['RouterErrors', 'BreakerOpen', 'SlowRequests'].includes(name)),
      [],
    )
  })

  test('every metric of ours is shown somewhere', async () => {
    const told = await Promise.all(
      [
        stack.routerAdminUrl,
        ...names.map((name) => `http://localhost:${stack.env[variable(name, 'ADMIN_PORT')]}`),
      ].map(async (url) => (await fetch(`${url}/metrics`)).text()),
    )
    const own = new Set(Array.from(told.join('\n').matchAll(/^# TYPE (\w+)/gm), ([, name = '']) => name))
    const shown = JSON.stringify(dashboards)
    const missing = [...own].filter((name) => !/^(nodejs|process)_/.test(name) && !shown.includes(name))
    assert.deepEqual(missing, [])
  })
})
