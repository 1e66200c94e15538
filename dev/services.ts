import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import type { Service } from '@puchi/platform/lifecycle'
import { variable } from './places.ts'
import { root, subgraphs } from './subgraphs.ts'

type Main = { start(env: NodeJS.ProcessEnv, connect?: Connect): Promise<Service> }

export type Services = {
  router: Service
  /** By name. */
  subgraphs: Record<string, Service>
  /** The router first, so that nobody is asked who is gone already. */
  close(): Promise<void>
}

const load = async (folder: string): Promise<Main> => import(`../${folder}/main.ts`)

/** Reads the code of every service, which takes longer than starting it. */
export const loadServices = (): Promise<unknown> =>
  Promise.all([load('router'), ...subgraphs().map(({ name }) => load(`subgraphs/${name}`))])

/** Starts every subgraph of rover.yaml and the router upon them, in this process. One that fails closes all. */
export async function startServices(env: NodeJS.ProcessEnv, connect: Connect = toRabbit): Promise<Services> {
  const held = new AsyncDisposableStack()
  const start = async (folder: string, own: NodeJS.ProcessEnv) => {
    const service = await (await load(folder)).start(own, connect)
    held.defer(service.close)
    return service
  }
  try {
    const started = await Promise.all(subgraphs().map(({ name }) => start(`subgraphs/${name}`, env)))
    const urls = started.map(({ name, url }) => [variable(`subgraph-${name}`, 'URL'), url])
    const viewer = { VIEWER_URL: viewerUrl(started) }
    const router = await start('router', { ...viewer, ...env, ...Object.fromEntries(urls) })
    const byName = Object.fromEntries(started.map((service) => [service.name, service]))
    return { router, subgraphs: byName, close: () => held.disposeAsync() }
  } catch (error) {
    await held.disposeAsync()
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
