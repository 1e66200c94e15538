import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import type { Service } from '@puchi/platform/lifecycle'
import { variable } from './places.ts'
import { root, subgraphs } from './subgraphs.ts'

type Main = { start(env: NodeJS.ProcessEnv, connect?: Connect): Promise<Service> }

/** A part that runs, and what it was started from. */
type Part = { service: Service; main: Main; env: NodeJS.ProcessEnv }

export type Services = {
  router: Service
  /** By name. */
  subgraphs: Record<string, Service>
  /** Starts a part again, from its code as it is now. Throws where that does not run; the code of before goes on then. */
  restart(name: string): Promise<void>
  /** The router first, so that nobody is asked who is gone already. */
  close(): Promise<void>
}

const load = async (folder: string): Promise<Main> => import(`../${folder}/main.ts`)
const folderOf = (name: string): string => (name === 'router' ? name : `subgraphs/${name}`)

/** Reads the code of every service, which takes longer than starting it. */
export const loadServices = (): Promise<unknown> =>
  Promise.all(['router', ...subgraphs().map(({ name }) => name)].map((name) => load(folderOf(name))))

/** Starts every subgraph of rover.yaml and the router upon them, in this process. One that fails closes all. */
export async function startServices(env: NodeJS.ProcessEnv, connect: Connect = toRabbit): Promise<Services> {
  const held = new AsyncDisposableStack()
  const parts = new Map<string, Part>()
  const start = async (name: string, own: NodeJS.ProcessEnv) => {
    const main = await load(folderOf(name))
    const part = { main, env: own, service: await main.start(own, connect) }
    parts.set(name, part)
    held.defer(() => part.service.close())
    return part.service
  }
  try {
    const names = subgraphs().map(({ name }) => name)
    // Everybody else asks it who may do what.
    const first = names.includes('auth') ? [await start('auth', env)] : []
    const viewer = { VIEWER_URL: viewerUrl(first) }
    const rest = names.filter((name) => name !== 'auth').map((name) => start(name, { ...viewer, ...env }))
    const started = [...first, ...(await Promise.all(rest))]
    const urls = started.map(({ name, url }) => [variable(`subgraph-${name}`, 'URL'), url])
    const router = await start('router', { ...viewer, ...env, ...Object.fromEntries(urls) })
    const byName = Object.fromEntries(started.map((service) => [service.name, service]))
    const restart = async (name: string) => restarted(parts.get(name), () => load(folderOf(name)), connect)
    return { router, subgraphs: byName, restart, close: () => held.disposeAsync() }
  } catch (error) {
    await held.disposeAsync()
    throw error
  }
}

async function restarted(part: Part | undefined, load: () => Promise<Main>, connect: Connect): Promise<void> {
  if (!part) return
  const main = await load()
  await part.service.close()
  try {
    part.service = await main.start(part.env, connect)
    part.main = main
  } catch (error) {
    part.service = await part.main.start(part.env, connect)
    throw error
  }
}

/** Where auth answers who may do what, wherever it listens. */
const viewerUrl = (started: Service[]): string | undefined => {
  const auth = started.find(({ name }) => name === 'auth')
  return auth && new URL('/internal/viewer', auth.url).href
}

/** Where auth takes what Clerk tells. */
export const webhookUrl = ({ auth }: Record<string, { url: string }>): string =>
  new URL('/webhooks/clerk', auth?.url).href

export const supergraphFile = `${root}/schema/supergraph.graphql`
