import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../../dev/ports.ts'
import { until } from '../harness/until.ts'

export type Job = { job_name: string; metrics_path?: string; static_configs: { targets: string[] }[] }

type Sample = { metric: Record<string, string>; value: [number, string] }

/** A Prometheus of the test's own that scrapes every three seconds, and waits as long: a busy machine is not down. */
export async function startPrometheus(path: string, jobs: Job[]) {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-prometheus-'))
  const file = join(folder, 'prometheus.yml')
  writeFileSync(
    file,
    stringify({ global: { scrape_interval: '3s', scrape_timeout: '3s' }, scrape_configs: jobs }),
  )
  const address = `127.0.0.1:${await freePort()}`
  const flags = [`--config.file=${file}`, `--storage.tsdb.path=${folder}`, `--web.listen-address=${address}`]
  const child = spawn(path, flags, { stdio: 'ignore' })
  const last = () => child.kill('SIGKILL')
  process.once('exit', last)

  /** What a PromQL expression finds; throws what Prometheus says of a wrong one. */
  async function query(expr: string): Promise<Sample[]> {
    const response = await fetch(`http://${address}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expr }),
    })
    const { data, error } = (await response.json()) as { data?: { result: Sample[] }; error?: string }
    if (!data) throw new Error(`${expr}: ${error}`)
    return data.result
  }
  const targets = jobs.flatMap((job) => job.static_configs).flatMap((one) => one.targets)
  return {
    query,
    /** Until every target was scraped this many times more. */
    async scraped(times: number): Promise<void> {
      const seen = `count_over_time(up[1h]) and up == 1`
      const counts = async () => (await query(seen).catch(() => [])).map(({ value }) => Number(value[1]))
      const before = Math.max(0, ...(await counts()))
      const enough = async () => {
        const now = await counts()
        return now.length === targets.length && now.every((count) => count >= before + times)
      }
      await until(`${targets.length} targets scraped ${times} times`, enough, 30_000)
    },
    async close(): Promise<void> {
      process.off('exit', last)
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}
