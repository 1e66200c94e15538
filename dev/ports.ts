import { once } from 'node:events'
import { createServer } from 'node:net'

// Below those that systems lend to outgoing connections: one of these would take the port while its server is down, or,
// on its way to that very port, connect to itself.
const lowest = 10_240
const highest = 32_767
const tried = new Set<number>()

/** A port of this machine that nobody listens on now, that no outgoing connection takes, and that was not given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1))
    if (tried.has(port)) continue
    tried.add(port)
    if (await isFree(port)) return port
  }
  throw new Error(`Found no free port from ${lowest} to ${highest}.`)
}

export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const probe = createServer()
  try {
    await once(probe.listen(port, host), 'listening')
    await once(probe.close(), 'close')
    return true
  } catch {
    return false
  }
}
