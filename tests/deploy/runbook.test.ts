import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { root } from '../../dev/subgraphs.ts'

const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8')
const runbook = read('docs/runbook.md')
const anchors = Array.from(runbook.matchAll(/^#+ (.+)$/gm), ([, title = '']) =>
  title.toLowerCase().replaceAll(' ', '-'),
)
type Alerts = { groups: { rules: { alert: string; annotations: { runbook: string } }[] }[] }
const alerts = (parse(read('deploy/prometheus/alerts.yml')) as Alerts).groups.flatMap(({ rules }) => rules)

test('each alert leads to its own part of the runbook, and no part is without an alert', () => {
  for (const { alert, annotations } of alerts) {
    assert.equal(annotations.runbook, `docs/runbook.md#${alert.toLowerCase()}`)
    assert(anchors.includes(alert.toLowerCase()), alert)
  }
  const parts = Array.from(runbook.matchAll(/^### (.+)$/gm), ([, title]) => title)
  assert.deepEqual(
    parts,
    alerts.map(({ alert }) => alert),
  )
})

test('what the runbook names exists: its links, scripts, npm commands, services and panels', () => {
  for (const [, anchor] of runbook.matchAll(/\]\(#([\w-]+)\)/g))
    assert(anchors.includes(anchor ?? ''), anchor)
  for (const [, path = ''] of runbook.matchAll(/\]\(\.\.\/([^)#]+)/g))
    assert(existsSync(`${root}/${path}`), path)
  for (const [path] of runbook.matchAll(/\b(?:deploy|dev|schema)\/[\w./-]+\w/g))
    assert(existsSync(`${root}/${path}`), path)
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  for (const [, name = ''] of runbook.matchAll(/npm run ([\w:]+)/g)) assert(scripts[name], name)
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: object }
  for (const [, name = ''] of runbook.matchAll(
    /compose (?:exec(?: -T| -e \w+)*|logs|ps|restart|run --rm) ([a-z][\w-]*)/g,
  ))
    assert(name in services, name)
  const dashboards = ['edge', 'router', 'subgraphs', 'events', 'subscriptions'].map((name) =>
    read(`deploy/grafana/dashboards/${name}.json`),
  )
  const titles = dashboards.join()
  for (const [, panel = ''] of runbook.matchAll(/(?<![*\w])\*([A-Z][^*]+)\*(?!\*)/g))
    assert(panel === 'Puchi' || titles.includes(`"title": "${panel}`), `no panel ${panel}`)
})

test('every secret of production stands in the table of what is rotated', () => {
  const table = runbook.slice(runbook.indexOf('## Rotate'), runbook.indexOf('## Back up'))
  for (const name of [
    'ROUTER_SECRETS',
    'ROUTER_CREDENTIALS',
    'CLERK_WEBHOOK_SECRETS',
    'CLERK_SECRET_KEY',
    'REFRESH_TOKEN_SECRETS',
    'GRAFANA_PASSWORD',
  ])
    assert(table.includes(`\`${name}\``), name)
})
