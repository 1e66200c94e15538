// node tests/ops/foreign-check.ts  asks the composed stack's Prometheus (PROMETHEUS_URL) for everything that our own tests cannot
// bring about: that each part is scraped, and that APISIX and the exporters export what the dashboards show.
import { setTimeout as pause } from 'node:timers/promises'
import { foreignMetrics } from './foreign-metrics.ts'

const server = process.env['PROMETHEUS_URL'] ?? 'http://localhost:9090'

async function count(query: string): Promise<number> {
  const response = await fetch(`${server}/api/v1/query?${new URLSearchParams({ query })}`)
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
  return Number(data.result[0]?.value[1] ?? 0)
}

async function faults(): Promise<string[]> {
  const missing: string[] = []
  for (const name of foreignMetrics) if ((await count(`count(${name})`)) === 0) missing.push(`no ${name}`)
  const down = await count('count(up == 0)')
  return down > 0 ? [...missing, `${down} parts are not scraped`] : missing
}

// A scrape is fifteen seconds away at most, and its targets' first numbers another.
let found = await faults()
for (let tries = 0; found.length > 0 && tries < 12; tries += 1) {
  await pause(5_000)
  found = await faults()
}
console.log(found.length === 0 ? 'Every part is scraped, and exports what is shown.' : found.join('\n'))
if (found.length > 0) process.exitCode = 1
