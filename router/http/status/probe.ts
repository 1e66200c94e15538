import { connect } from 'node:net'

export type State = { state: 'up' | 'degraded' | 'down' | 'inside'; says: string }

const patience = 1_000

/**
 * Asks a part how it is: /readyz of a service, a connection to anything else. What has no address lives inside a
 * process that was asked already.
 */
export async function probe(url: string | undefined): Promise<State> {
  if (url === undefined) return { state: 'inside', says: 'in process' }
  try {
    return url.endsWith('/readyz') ? await askReady(url) : await knock(new URL(url))
  } catch {
    return { state: 'down', says: 'does not answer' }
  }
}

async function askReady(url: string): Promise<State> {
  const response = await fetch(url, { signal: AbortSignal.timeout(patience) })
  const { degraded } = (await response.json()) as { degraded: string[] }
  if (!response.ok) return { state: 'down', says: 'not ready' }
  return degraded.length > 0
    ? { state: 'degraded', says: `without ${degraded.join(', ')}` }
    : { state: 'up', says: 'ready' }
}

function knock({ hostname, port, protocol }: URL): Promise<State> {
  const { promise, resolve, reject } = Promise.withResolvers<State>()
  const host = hostname.replace(/^\[(.*)\]$/, '$1') // of IPv6
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) })
  socket.setTimeout(patience, () => socket.destroy(new Error('late')))
  socket.once('connect', () => resolve({ state: 'up', says: 'answers' }))
  socket.once('error', reject)
  return promise.finally(() => socket.destroy())
}
