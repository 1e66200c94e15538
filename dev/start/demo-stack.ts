import { serverVersion as rabbitVersion } from '@puchi/platform/broker/server-version'
import { connected } from '@puchi/prisma/connected'
import type { DemoLearner } from '@puchi/prisma/learners'
import type { Stack, StackPart } from '@puchi/router/settings/stack'
import { inProcess } from '../broker.ts'
import type { Place } from '../places.ts'
import { subgraphs } from '../subgraphs.ts'

export type DemoFacts = {
  /** By part. */
  places: Record<string, Place>
  /** By service. */
  databases: Record<string, string>
  broker: { url: string; where: string }
  identityUrl: string
  learnerUrl: string
  learners: readonly DemoLearner[]
  /** Of a demo learner, for a day. */
  tokenOf(username: string): Promise<string>
}

/** What the router's page at `/` shows of the system around it. */
export async function demoStack(facts: DemoFacts): Promise<Stack> {
  const { places, databases, broker, identityUrl, learnerUrl, learners, tokenOf } = facts
  const service = (name: string, kind: string): StackPart => serviceAt(name, kind, places[name])
  const parts = await Promise.all([
    service('router', 'gateway'),
    ...subgraphs().map(({ name }) => service(name, 'subgraph')),
    ...Object.entries(databases).map(([name, url]) => databaseAt(name, url)),
    brokerAt(broker),
    { name: 'identity', kind: "Clerk's stand-in", where: identityUrl, probe: identityUrl, links: {} },
  ])
  const signedIn = learners.map(async ({ username, roles }) => ({
    ...{ username, roles },
    token: await tokenOf(username),
  }))
  return {
    parts,
    links: { "Learner's page": learnerUrl, Docs: new URL('/docs/', learnerUrl).href },
    learners: await Promise.all(signedIn),
  }
}

function serviceAt(name: string, kind: string, place: Place | undefined): StackPart {
  const admin = `http://localhost:${place?.adminPort}`
  return {
    ...{ name, kind },
    where: `http://localhost:${place?.port}/graphql`,
    probe: `${admin}/readyz`,
    links: { metrics: `${admin}/metrics`, ready: `${admin}/readyz` },
  }
}

async function databaseAt(name: string, url: string): Promise<StackPart> {
  const { host } = new URL(url)
  return {
    name: `${name}'s database`,
    kind: 'PostgreSQL',
    version: await serverVersion(url),
    where: `${host}/${new URL(url).pathname.slice(1)}`,
    probe: `tcp://${host}`,
    links: {},
  }
}

const serverVersion = (connectionString: string): Promise<string> =>
  connected(connectionString, async (db) => {
    const { rows } = await db.query<{ server_version: string }>('SHOW server_version')
    return rows[0]?.server_version ?? ''
  })

/** The broker as the page shows it: RabbitMQ with the version that it greets with, or the one inside this process. */
export async function brokerAt({ url, where }: DemoFacts['broker']): Promise<StackPart> {
  if (url === inProcess) return { name: 'broker', kind: "embedded, in RabbitMQ's place", where, links: {} }
  const { hostname, port, protocol } = new URL(url)
  const usual = protocol === 'amqps:' ? 5671 : 5672
  return {
    ...{ name: 'broker', kind: 'RabbitMQ', where, links: {} },
    version: await rabbitVersion(url),
    probe: `tcp://${hostname}:${port || usual}`,
  }
}
