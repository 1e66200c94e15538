// node deploy/kubernetes/monitoring/generate.ts  writes rules.yaml: deploy/prometheus/alerts.yml for the Prometheus Operator
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

export const rulesFile = join(import.meta.dirname, 'rules.yaml')

export function rulesText(): string {
  const spec = parse(readFileSync(join(import.meta.dirname, '../../prometheus/alerts.yml'), 'utf8')) as object
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'puchi' },
    spec,
  }
  return `# Made from deploy/prometheus/alerts.yml by generate.ts.\n${stringify(rule, { lineWidth: 0 })}`
}

if (import.meta.main) writeFileSync(rulesFile, rulesText())
