import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeAll } from '@puchi/platform/lifecycle'
import { learners } from '@puchi/prisma/learners'
import { services } from '@puchi/prisma/migrate'
import { seed } from '@puchi/prisma/seed'
import { embeddedBroker, inProcess } from '../../dev/broker.ts'
import { newKey } from '../../dev/identity/key.ts'
import { type Identity, startIdentity } from '../../dev/identity.ts'
import { newSecrets } from '../../dev/secrets.ts'
import { startServices, webhookUrl } from '../../dev/services.ts'
import { stackEnv } from '../../dev/start/environment.ts'
import { serviceLogin } from '../../dev/start/service-login.ts'
import { subgraphs } from '../../dev/subgraphs.ts'
import { type Answered, type AskOptions, asker } from './ask.ts'
import { databaseFor } from './database.ts'
import { type Part, placesFor, spawnServices } from './processes.ts'
import { vhostFor } from './rabbit.ts'

export type Stack = {
  /** The router's GraphQL address. */
  url: string
  routerAdminUrl: string
  /** Of the router and every subgraph. */
  adminUrls: string[]
  authUrl: string
  userUrl: string
  /** Of every subgraph, by name. */
  subgraphUrls: Record<string, string>
  /** Of every subgraph's database, by name, as its owner. */
  databases: Record<string, string>
  identity: Identity
  /** What any other router shows to a subgraph. */
  credential: string
  /** The router and each subgraph, where they are processes. */
  parts: Record<string, Part>
  /** What every service was told. */
  env: NodeJS.ProcessEnv
  /** A fresh session token of a demo learner. */
  token(username: string): Promise<string>
  ask(query: string, options?: AskOptions): Promise<Answered>
  /** Everything that the services wrote, where each is a process. */
  said(): string
  close(): Promise<void>
}

export type Running = {
  router: { url: string; adminUrl: string }
  parts?: Record<string, Part>
  subgraphs: Record<string, { url: string; adminUrl: string }>
  /** Everything that the processes wrote, where there are any. */
  said?(): string
  close(): Promise<void>
}

type Start = (env: NodeJS.ProcessEnv) => Promise<Running>

/** Identity, subgraphs and router in this process, over fresh databases with the demo learners. */
export const startStack = (extra: NodeJS.ProcessEnv = {}): Promise<Stack> => stackOf(startTogether, extra)

/** The same with a process for each service and RabbitMQ between them, as it is deployed. */
export const startProcesses = async (extra: NodeJS.ProcessEnv = {}): Promise<Stack> => {
  const places = await placesFor(subgraphs().map(({ name }) => name))
  const VIEWER_URL = `http://localhost:${places['AUTH_PORT']}/internal/viewer`
  return stackOf(spawnServices, { ...places, VIEWER_URL, RABBITMQ_URL: (await vhostFor()).url(), ...extra })
}

const startTogether: Start = async (env) => {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-broker-'))
  const broker = embeddedBroker(folder)
  const services = await startServices(env, broker.connect)
  return {
    ...services,
    async close() {
      await closeAll(services.close, broker.close)
      rmSync(folder, { recursive: true })
    },
  }
}

const key = newKey()

async function stackOf(start: Start, extra: NodeJS.ProcessEnv): Promise<Stack> {
  const held = new AsyncDisposableStack()
  try {
    const { identity, env, databases, credential } = await foundations(held, extra)
    const running = await start(env)
    held.defer(running.close)
    identity.deliverTo(webhookUrl(running.subgraphs))
    const subgraphUrls = Object.fromEntries(
      Object.entries(running.subgraphs).map(([name, { url }]) => [name, url]),
    )
    return {
      url: running.router.url,
      routerAdminUrl: running.router.adminUrl,
      adminUrls: [running.router, ...Object.values(running.subgraphs)].map(({ adminUrl }) => adminUrl),
      authUrl: subgraphUrls['auth'] ?? '',
      userUrl: subgraphUrls['user'] ?? '',
      subgraphUrls,
      parts: running.parts ?? {},
      databases,
      identity,
      credential,
      env,
      token: (username) => identity.mint({ sub: `user_${username}` }),
      ask: asker(running.router.url),
      said: running.said ?? (() => ''),
      close: () => held.disposeAsync(),
    }
  } catch (error) {
    await held.disposeAsync()
    throw error
  }
}

async function foundations(held: AsyncDisposableStack, extra: NodeJS.ProcessEnv) {
  const secrets = newSecrets()
  const identity = await startIdentity({
    port: 0,
    users: learners,
    secretKey: secrets.clerkSecretKey,
    key: await key,
    webhooks: { secrets: [secrets.clerkWebhookSecret] },
  })
  held.defer(identity.close)
  const databases = Object.fromEntries(await Promise.all(services().map(seeded)))
  const logins = Object.entries(databases).map(async ([name, url]) => [name, await serviceLogin(name, url)])
  const anywhere = { port: 0, adminPort: 0 }
  const places = Object.fromEntries(
    ['router', ...subgraphs().map(({ name }) => name)].map((part) => [part, anywhere]),
  )
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    HOST: '127.0.0.1',
    TOKEN_MAX_SECONDS: '120',
    ...stackEnv({
      places,
      databases: Object.fromEntries(await Promise.all(logins)),
      identity,
      secrets,
      brokerUrl: inProcess,
    }),
    ...extra,
  }
  return { identity, env, databases, credential: secrets.routerCredential }
}

async function seeded(service: string): Promise<[string, string]> {
  const url = await databaseFor(service)
  await seed(service, url)
  return [service, url]
}
