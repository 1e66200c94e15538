import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach } from 'node:test'
import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import type { Service } from '@puchi/platform/lifecycle'
import { embeddedBroker, inProcess } from '../../dev/broker.ts'
import type { Flags } from '../../router/flags.ts'
import { start } from '../../router/main.ts'
import { type Mint, openMint } from './mint.ts'
import { openSmallGraph, type SmallGraph } from './small-graph.ts'

// A machine that runs many tests at once lags; only the test of shedding has the limit of production.
const patient = { ROUTER_MAX_LAG_MS: '60000' }
const quiet = { LOG_LEVEL: 'silent', HOST: '127.0.0.1' }

/** A router in --anonymous mode, as a test of any supergraph starts it. */
export const startAnonymous = (
  { file }: Pick<SmallGraph, 'file'>,
  env: NodeJS.ProcessEnv = {},
  flags: Flags = {},
) =>
  start({ ...quiet, ...patient, NODE_ENV: 'test', ...env }, toRabbit, {
    anonymous: true,
    supergraph: file,
    port: '0',
    ...flags,
  })

export const routerSecret = 'r'.repeat(40)

export const stackSettings = ({ file }: Pick<SmallGraph, 'file'>, mint: Pick<Mint, 'url' | 'jwksUrl'>) => ({
  ...quiet,
  NODE_ENV: 'test',
  ROUTER_PORT: '0',
  ROUTER_ADMIN_PORT: '0',
  SUPERGRAPH_FILE: file,
  ROUTER_SECRETS: routerSecret,
  CLERK_ISSUER: mint.url,
  CLERK_JWKS_URL: mint.jwksUrl,
  CLERK_AUTHORIZED_PARTIES: 'http://localhost:3000,https://puchi.io.vn',
  TOKEN_MAX_SECONDS: '120',
  CORS_ORIGINS: 'https://puchi.io.vn,http://localhost:3000',
  RABBITMQ_URL: inProcess,
})

/** A router in stack mode, over a small supergraph and a broker in this process. */
export async function startInStack(
  graph: Pick<SmallGraph, 'file'>,
  mint: Mint,
  env: NodeJS.ProcessEnv = {},
): Promise<Service & { connect: Connect }> {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-broker-'))
  const broker = embeddedBroker(folder)
  const router = await start({ ...stackSettings(graph, mint), ...patient, ...env }, broker.connect)
  const close = async () => {
    await router.close()
    await broker.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...router, connect: broker.connect, close }
}

type Opened = { file: string; close(): Promise<unknown> }

/** A graph and a router of any supergraph over it, until the tests of the file that calls this are over. */
export async function anonymousOver<Graph extends Opened>(
  open: () => Promise<Graph>,
  env: NodeJS.ProcessEnv = {},
) {
  const graph = await open()
  const router = await startAnonymous(graph, env)
  after(async () => {
    await router.close()
    await graph.close()
  })
  return { graph, router }
}

/** The same in stack mode, with a mint of tokens that the router trusts. */
export async function stackOver<Graph extends Opened>(open: () => Promise<Graph>) {
  const graph = await open()
  const mint = await openMint()
  const router = await startInStack(graph, mint)
  after(async () => {
    await router.close()
    await graph.close()
    await mint.close()
  })
  return { graph, mint, router }
}

/** The small graph behind two routers, an open one and one in production, as they are before each test of the file. */
export async function bothOverSmallGraph() {
  const { graph, router } = await anonymousOver(openSmallGraph)
  const mint = await openMint()
  const production = await startInStack(graph, mint, { NODE_ENV: 'production' })
  after(async () => {
    await production.close()
    await mint.close()
  })
  beforeEach(() => graph.reset())
  return { graph, mint, router, production }
}
