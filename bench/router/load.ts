import { Pool } from 'undici'
import type { Gateway } from './gateways.ts'

export type Sample = { cpuUs: number; p50Ms: number; failed: number }

/** One request with an Authorization of its own, so that no gateway may share answers. */
export async function askOnce(pool: Pool, body: string, authorization: string): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization }
  const { body: answer } = await pool.request({ path: '/graphql', method: 'POST', headers, body })
  // Apollo's own server ends its answers with a line break.
  return (await answer.text()).trim()
}

/** Loads a gateway for a while; CPU of its process by request, and the median time of one. */
export async function load(
  gateway: Gateway,
  body: string,
  { ms, connections, expected }: { ms: number; connections: number; expected: string },
): Promise<Sample> {
  const pool = new Pool(new URL(gateway.url).origin, { connections })
  await askOnce(pool, body, gateway.authorization())
  const times: number[] = []
  let failed = 0
  const before = await gateway.usage()
  const until = performance.now() + ms
  const worker = async () => {
    while (performance.now() < until) {
      const begin = performance.now()
      if ((await askOnce(pool, body, gateway.authorization())) !== expected) failed += 1
      times.push(performance.now() - begin)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const after = await gateway.usage()
  await pool.close()
  const used = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
  return { cpuUs: used / times.length, p50Ms: median(times), failed }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
