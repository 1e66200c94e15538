import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingEntries } from '../../dev/new/deployment.ts'
import { subgraphs } from '../../dev/subgraphs.ts'

for (const { name, url } of subgraphs())
  test(`${name} of rover.yaml is deployed by every file that deploys a service`, () => {
    assert.deepEqual(missingEntries({ name, port: Number(new URL(url).port) }), [])
  })

test('what a service lacks is named by file and line', () => {
  const missing = missingEntries({ name: 'nowhere', port: 8999 })
  const files = new Set(missing.map((line) => line.split(': ')[0]))
  assert(missing.includes('apisix/apisix.yaml: - id: nowhere'))
  assert(missing.includes('docker-compose.yml: nowhere:'))
  assert(missing.some((line) => line.includes('SUBGRAPH_NOWHERE_URL')))
  for (const file of ['docker-compose.prod.yml', 'deploy/prometheus/prometheus.yml']) assert(files.has(file))
})
