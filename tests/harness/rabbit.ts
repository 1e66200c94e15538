import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definitionsOf } from '@puchi/platform/broker/definitions'
import { services } from '../../deploy/rabbitmq/services.ts'
import { findScripts, type RabbitNode, startNode } from '../../dev/rabbit-node.ts'
import { atEnd } from './at-end.ts'
import { hasDocker, startContainer } from './rabbit-docker.ts'

/** A RabbitMQ that tests may make vhosts on. */
export type TestRabbit = {
  url: string
  adminUrl: string
  /** What Prometheus scrapes, of a node of our own. */
  metricsUrl?: string
  stop(): Promise<void>
}

/** A vhost of a test file's own, with the users and rights of deploy/rabbitmq/. */
export type TestVhost = {
  /** As the administrator, or as one of the services' users (`user-svc`). */
  url(user?: string): string
  /** The management API inside this vhost: `call('DELETE', 'exchanges/VHOST/name')`. */
  call(method: string, path: string, body?: object): Promise<unknown>
}

/** A node to kill and to freeze: the local server, the one that apt brings, or Docker's image. */
export async function startRabbitNode(): Promise<RabbitNode> {
  const scripts = findScripts() ?? installed()
  if (scripts) return startNode(scripts, mkdtempSync(join(tmpdir(), 'puchi-rabbit-')))
  if (await hasDocker()) return startContainer()
  throw new Error('RabbitMQ is missing: apt-get install rabbitmq-server, or start Docker')
}

function installed(): string | undefined {
  if (process.getuid?.() !== 0) return undefined
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { env })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'rabbitmq-server'], { env })
  return findScripts()
}

/** The RabbitMQ of a test run: RABBITMQ_URL where it is set (its management API is needed), else a node of our own. */
export async function startTestRabbit(): Promise<TestRabbit> {
  const url = process.env['RABBITMQ_URL']
  if (!url) return startRabbitNode()
  const adminUrl = process.env['RABBITMQ_ADMIN_URL'] ?? guessedAdminUrl(url)
  await call(adminUrl, 'GET', 'overview').catch((error: unknown) => {
    throw new Error(`RABBITMQ_URL is set, but its management API at ${new URL(adminUrl).host} fails`, {
      cause: error,
    })
  })
  return { url, adminUrl, stop: async () => {} }
}

function guessedAdminUrl(url: string): string {
  const { username, password, hostname } = new URL(url)
  return `http://${username || 'guest'}:${password || 'guest'}@${hostname}:15672`
}

let own: Promise<TestRabbit> | undefined

/** The one of this test run, or, for a test file run by itself, one of its own. */
async function server(): Promise<Pick<TestRabbit, 'url' | 'adminUrl'>> {
  const { TEST_RABBITMQ_URL: url, TEST_RABBITMQ_ADMIN_URL: adminUrl } = process.env
  if (url && adminUrl) return { url, adminUrl }
  own ??= startTestRabbit().then((rabbit) => {
    process.once('beforeExit', rabbit.stop)
    return rabbit
  })
  return own
}

let made = 0
const password = 'test'

export type VhostOptions = {
  /** A node of the test's own. */
  node?: Pick<TestRabbit, 'url' | 'adminUrl'>
  /** With everything that the definitions file declares. */
  isWhole?: boolean
}

/** A fresh vhost, gone when the test ends. */
export async function vhostFor({ node, isWhole = false }: VhostOptions = {}): Promise<TestVhost> {
  const { url, adminUrl } = node ?? (await server())
  made += 1
  const vhost = `test_${process.pid}_${made}`
  await call(adminUrl, 'POST', 'definitions', testDefinitions(vhost, new URL(adminUrl).username, isWhole))
  atEnd(() => call(adminUrl, 'DELETE', `vhosts/${vhost}`))
  return {
    url: (user) => urlOf(url, vhost, user),
    call: (method, path, body) => call(adminUrl, method, path.replace('VHOST', vhost), body),
  }
}

// Users are the whole server's, and it may be somebody's own: they get names of the tests.
const testUser = (user: string): string => `test-${user}`

/** Users and rights only, unless all is asked for: a test's brokers declare the rest themselves. */
function testDefinitions(vhost: string, admin: string, isWhole: boolean) {
  const renamed = services.map((service) => ({ ...service, user: testUser(service.user) }))
  const definitions = definitionsOf({ vhost, admin, services: renamed, passwordOf: () => password })
  const { exchanges, queues, bindings, ...rest } = definitions
  const users = rest.users.filter(({ name }) => name !== admin)
  return { ...rest, users, ...(isWhole && { exchanges, queues, bindings }) }
}

function urlOf(server: string, vhost: string, user?: string): string {
  const url = new URL(server)
  url.pathname = `/${vhost}`
  if (!user) return url.href
  url.username = testUser(user)
  url.password = password
  return url.href
}

async function call(adminUrl: string, method: string, path: string, body?: object): Promise<unknown> {
  const { username, password: secret, origin } = new URL(adminUrl)
  const headers = {
    authorization: `Basic ${btoa(`${username}:${secret}`)}`,
    'content-type': 'application/json',
  }
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  const response = await fetch(`${origin}/api/${path}`, init)
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}
