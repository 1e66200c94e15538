import { Pool } from 'undici'
import { median } from '../percentile.ts'
import type { Gateway } from './gateways.ts'

export type Sample = { cpuUs: number; p50Ms: number; failed: number }

/** A request's body; made anew each time where no two may be equal. */
export type Body = string | (() => string)

export const textOf = (body: Body): string => (typeof body === 'string' ? body : body())

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
  body: Body,
  { ms, connections, fits }: { ms: number; connections: number; fits(answer: string): boolean },
): Promise<Sample> {
  const pool = new Pool(new URL(gateway.url).origin, { connections })
  const ask = () => askOnce(pool, textOf(body), gateway.authorization())
  await ask()
  const times: number[] = []
  let failed = 0
  const before = await gateway.usage()
  const until = performance.now() + ms
  const worker = async () => {
    while (performance.now() < until) {
      const begin = performance.now()
      if (!fits(await ask())) failed += 1
      times.push(performance.now() - begin)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const after = await gateway.usage()
  await pool.close()
  const used = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
  return { cpuUs: used / times.length, p50Ms: median(times), failed }
}
