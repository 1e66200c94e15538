import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { dashboardFiles } from '../../deploy/grafana/generate.ts'
import { root } from '../../dev/subgraphs.ts'

const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8')

test('the dashboards that Grafana reads are made from the code, and no other lies there', () => {
  const files = dashboardFiles()
  for (const [file, text] of Object.entries(files))
    assert.equal(readFileSync(file, 'utf8'), text, 'run node deploy/grafana/generate.ts')
  const lying = readdirSync(`${root}/deploy/grafana/dashboards`)
  assert.deepEqual(
    lying.sort(),
    Object.keys(files)
      .map((file) => basename(file))
      .sort(),
  )
})

test('Grafana finds them, and the data source that they name', () => {
  const { providers } = parse(read('deploy/grafana/provisioning/dashboards/puchi.yml')) as {
    providers: { options: { path: string } }[]
  }
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: { grafana: { volumes: string[] } }
  }
  const mounted = `./deploy/grafana/dashboards:${providers[0]?.options.path}:ro`
  assert(services.grafana.volumes.includes(mounted), mounted)
  const { datasources } = parse(read('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
    datasources: { uid: string }[]
  }
  for (const text of Object.values(dashboardFiles())) assert(text.includes(`"uid": "${datasources[0]?.uid}"`))
})
