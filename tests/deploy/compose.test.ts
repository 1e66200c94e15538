import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { BlockList } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readEnv } from '@puchi/platform/env'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import type { ZodObject } from 'zod'
import { variable } from '../../dev/places.ts'
import { root, subgraphs } from '../../dev/subgraphs.ts'
import { services as migrated } from '../../prisma/migrate.ts'
import { edgeText, edgeWith, processText, variablesOf } from './edge-file.ts'

type Seats = Record<string, { ipv4_address?: string }>
type Network = { ipam: { config: { subnet: string; ip_range?: string }[] } }
type Service = {
  image: string
  build?: string
  command?: string[]
  environment?: Record<string, string | number>
  ports?: string[]
  volumes?: string[]
  restart?: string
  profiles?: string[]
  mem_limit?: string
  networks?: string[] | Seats
  healthcheck?: { test: string[] }
  depends_on?: Record<string, { condition: string }>
}
type Compose = { services: Record<string, Service>; networks: Record<string, Network> }

const read = (file: string): Compose => parse(readFileSync(`${root}/${file}`, 'utf8'), { merge: true })
const dev = read('docker-compose.yml').services
const prod = read('docker-compose.prod.yml').services
const jobs = Object.keys(dev).filter((name) => dev[name]?.restart === 'no')
const routers = ['router-1', 'router-2']

const settingsOf = async (file: string): Promise<ZodObject> =>
  ((await import(`${root}/${file}`)) as { settings: ZodObject }).settings
const mains: [string, string][] = [
  ...subgraphs().map(({ name }): [string, string] => [name, `subgraphs/${name}/settings.ts`]),
  ...routers.map((name): [string, string] => [name, 'router/settings.ts']),
  ['identity', 'dev/identity-process.ts'],
]

/** As compose fills it: the default where there is one. */
const filled = (value: string | number): string => String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1')

for (const file of ['docker-compose.yml', 'docker-compose.prod.yml'])
  test(`${file} is what the Compose specification allows`, () => {
    const schema = JSON.parse(readFileSync(`${root}/tests/deploy/compose-spec.json`, 'utf8')) as object
    const known = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'))
    const check = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(known)
    assert(check(read(file)), JSON.stringify(check.errors?.slice(0, 3)))
  })

for (const [name, file] of mains)
  test(`${name} is told what it asks for, and nothing that it does not know`, async () => {
    const settings = await settingsOf(file)
    const given = Object.fromEntries(
      Object.entries(dev[name]?.environment ?? {}).map(([key, value]) => [key, filled(value)]),
    )
    assert.doesNotThrow(() => readEnv(settings, given))
    const known = [...Object.keys(settings.shape), ...subgraphs().map(locator)]
    assert.deepEqual(
      Object.keys(given).filter((key) => !known.includes(key)),
      [],
    )
  })

// Of these Compose itself decides: one process a container, whose files are the image's; no explorer is filled in.
const decided = ['ROUTER_WORKERS', 'PERSISTED_DOCUMENTS_FILE', 'DEMO_TOKEN', 'DEMO_STACK']

for (const [name, file] of mains.filter(([name]) => name !== 'identity'))
  test(`whatever may be set of ${name} is heard from .env, under its own name`, async () => {
    const { environment = {} } = dev[name] ?? {}
    const all = Object.keys((await settingsOf(file)).shape)
    assert.deepEqual(
      all.filter((key) => !(key in environment) && !decided.includes(key)),
      [],
    )
    for (const [key, value] of Object.entries(environment)) {
      const heard = /^\$\{(\w+):-[^}]*\}$/.exec(String(value))?.[1]
      if (heard) assert.equal(heard, key)
    }
  })

const locator = ({ name }: { name: string }) => variable(`subgraph-${name}`, 'URL')

test('every subgraph of rover.yaml is a service that migrates first and that the routers find', () => {
  assert.deepEqual(
    subgraphs()
      .map(({ name }) => name)
      .sort(),
    migrated(),
  )
  for (const { name, url } of subgraphs()) {
    const { port } = new URL(url)
    assert.equal(String(dev[name]?.environment?.[variable(name, 'PORT')]), port)
    assert.equal(dev[name]?.depends_on?.[`migrate-${name}`]?.condition, 'service_completed_successfully')
    for (const router of routers)
      assert.equal(dev[router]?.environment?.[locator({ name })], `http://${name}:${port}/graphql`)
  }
})

test('every service is looked after, limited and pinned', () => {
  for (const [name, { image, healthcheck, mem_limit }] of Object.entries(dev)) {
    assert(healthcheck || jobs.includes(name), `${name} has no health check`)
    assert(mem_limit, `${name} has no memory limit`)
    assert.match(image, /^puchi:|:v?\d+\.\d+/, name)
  }
})

test('each process is looked after at its own admin port', () => {
  for (const [name] of mains.filter(([name]) => name !== 'identity')) {
    const { environment = {}, healthcheck } = dev[name] ?? {}
    const admin = Object.entries(environment).find(([key]) => key.endsWith('_ADMIN_PORT'))?.[1]
    assert(healthcheck?.test.at(-1)?.includes(`:${admin}/readyz'`), name)
  }
})

test('only the edge is published to the outside, and dashboards and stand-in to this machine', () => {
  const published = Object.entries(dev).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => `${name} ${port}`),
  )
  assert.deepEqual(published.sort(), [
    'apisix 127.0.0.1:9091:9091',
    'apisix 9080:9080',
    'apisix 9443:9443',
    'grafana 127.0.0.1:3000:3000',
    'identity 127.0.0.1:8900:8900',
    'prometheus 127.0.0.1:9090:9090',
  ])
})

test('the edge is told every variable that has no default', () => {
  const given = Object.keys(dev['apisix']?.environment ?? {})
  const text = edgeText + processText
  const demanded = variablesOf(text).filter((name) => !text.includes(`\${{${name}:=`))
  const fromFiles = ['EDGE_TLS_CERT', 'EDGE_TLS_KEY']
  assert.deepEqual(
    demanded.filter((name) => !given.includes(name) && !fromFiles.includes(name)),
    [],
  )
  assert.deepEqual(
    given.filter((name) => !variablesOf(text).includes(name) && name !== 'APISIX_STAND_ALONE'),
    [],
  )
})

test('RabbitMQ is given a password for each user of its definitions, and each service its own user', () => {
  const definitions = readFileSync(`${root}/deploy/rabbitmq/definitions.json`, 'utf8')
  const wanted = Array.from(definitions.matchAll(/\$\{(\w+)\}/g), ([, name]) => name)
  assert.deepEqual(Object.keys(dev['rabbitmq']?.environment ?? {}).sort(), wanted.toSorted())
  for (const [name, user] of [
    ['auth', 'auth-svc'],
    ['user', 'user-svc'],
    ['router-1', 'router'],
  ] as const)
    assert.equal(new URL(filled(dev[name]?.environment?.['RABBITMQ_URL'] ?? '')).username, user)
})

test('every file that is mounted or run exists', () => {
  for (const [name, { volumes = [], command = [] }] of Object.entries(dev)) {
    const mounted = volumes
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((path) => path.startsWith('./'))
    const run = command.filter((word) => word.endsWith('.ts'))
    for (const path of [...mounted, ...run]) assert(existsSync(`${root}/${path}`), `${name}: ${path}`)
  }
})

test('whoever is waited for is there', () => {
  for (const [name, { depends_on = {} }] of Object.entries(dev))
    for (const [other, { condition }] of Object.entries(depends_on)) {
      assert(dev[other], `${name} waits for ${other}`)
      assert.equal(condition, jobs.includes(other) ? 'service_completed_successfully' : 'service_healthy')
    }
})

test('in production no secret has a default, and no stand-in runs', () => {
  const secret = /PASSWORD|SECRET|CREDENTIAL|CERT|CLERK_ISSUER|CLERK_JWKS_URL|CORS_ORIGINS/
  for (const [name, { environment = {} }] of Object.entries(dev)) {
    if (jobs.includes(name) || name === 'identity') continue
    for (const key of Object.keys(environment).filter((key) => secret.test(key)))
      assert.match(String(prod[name]?.environment?.[key]), /^\$\{\w+:\?\}$/, `${name} ${key}`)
  }
  for (const name of ['identity', 'seed', 'certificate']) assert.deepEqual(prod[name]?.profiles, ['dev'])
  for (const [name] of mains.filter(([name]) => name !== 'identity'))
    assert.equal(prod[name]?.environment?.['NODE_ENV'], 'production')
})

test('every variable that production demands stands in .env.example', () => {
  const example = readFileSync(`${root}/.env.example`, 'utf8')
  const text = readFileSync(`${root}/docker-compose.prod.yml`, 'utf8')
  for (const [, name] of text.matchAll(/\$\{(\w+):\?\}/g)) assert.match(example, new RegExp(`^${name}=`, 'm'))
})

test('Prometheus scrapes services that exist, and every process at its admin port', () => {
  type Scrapes = { scrape_configs: { static_configs: { targets: string[] }[] }[] }
  const text = readFileSync(`${root}/deploy/prometheus/prometheus.yml`, 'utf8')
  const targets = (parse(text) as Scrapes).scrape_configs
    .flatMap((job) => job.static_configs)
    .flatMap((one) => one.targets)
  for (const target of targets) assert(dev[target.split(':')[0] ?? ''], target)
  const own = mains.filter(([name]) => name !== 'identity')
  for (const [name] of own) {
    const { environment = {} } = dev[name] ?? {}
    const admin = Object.entries(environment).find(([key]) => key.endsWith('_ADMIN_PORT'))?.[1]
    assert(targets.includes(`${name}:${admin}`), name)
  }
})

test('the tunnel leads to the edge alone, from the address that the edge believes', () => {
  type Tunnel = { tunnel: string; ingress: { hostname?: string; service: string }[] }
  const tunnel = parse(readFileSync(`${root}/deploy/cloudflared/config.yml`, 'utf8')) as Tunnel
  assert.equal(tunnel.tunnel, 'puchi-backend')
  assert.deepEqual(
    tunnel.ingress.map(({ hostname, service }) => [hostname, service]),
    [
      ['api.puchi.io.vn', 'http://apisix:9080'],
      [undefined, 'http_status:404'],
    ],
  )
  const { networks } = dev['cloudflared'] as unknown as { networks: { front: { ipv4_address: string } } }
  assert.equal(dev['apisix']?.environment?.['TRUSTED_PROXY'], `${networks.front.ipv4_address}/32`)
})

test('the routers believe the edge alone about who calls, and count together in Valkey', () => {
  const { networks } = dev['apisix'] as unknown as { networks: { back: { ipv4_address: string } } }
  for (const router of routers) {
    const { TRUSTED_PROXIES, REDIS_URL } = dev[router]?.environment ?? {}
    assert.equal(TRUSTED_PROXIES, networks.back.ipv4_address)
    assert.equal(new URL(String(REDIS_URL)).hostname, 'valkey')
  }
})

test('the image is small, runs as nobody special, and is the Node that the project pins', () => {
  const text = readFileSync(`${root}/Dockerfile`, 'utf8')
  const { dependencies } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    dependencies: { node: string }
  }
  for (const [, image] of text.matchAll(/^FROM (\S+)/gm))
    assert.equal(image, `node:${dependencies.node}-bookworm-slim`)
  assert.match(text, /npm ci --omit=dev/)
  assert.match(text, /^USER node$/m)
  assert.match(text, /^ENTRYPOINT \["tini", "--"\]$/m)
  const ignored = readFileSync(`${root}/.dockerignore`, 'utf8').split('\n')
  for (const path of ['.git', '.env', '.data', '**/node_modules']) assert(ignored.includes(path), path)
})

test('no service has for good an address that Docker may give to another before it starts', () => {
  const { networks } = read('docker-compose.yml')
  const fixed = Object.values(dev).flatMap(({ networks: seats = [] }) =>
    Array.isArray(seats) ? [] : Object.entries(seats),
  )
  const seats = fixed.filter(([, { ipv4_address }]) => ipv4_address)
  assert.equal(seats.length, 2)
  for (const [name, { ipv4_address = '' }] of seats) {
    const [{ subnet = '', ip_range = '' } = {}] = networks[name]?.ipam.config ?? []
    assert(within(ipv4_address, subnet) && within(ip_range, subnet), name)
    assert(!within(ipv4_address, ip_range), `${ipv4_address} is given out`)
  }
})

function within(address: string, range: string): boolean {
  const [base = '', length = ''] = range.split('/')
  const list = new BlockList()
  list.addSubnet(base, Number(length))
  return list.check(address.split('/')[0] ?? '')
}

test('each image is built by one service: builders in each other’s way fail on a machine that has it not yet', () => {
  const built = Object.values(dev).flatMap(({ build, image }) => (build ? [image.split(':')[0]] : []))
  assert.deepEqual(built, ['puchi'])
})

test('an edge whose certificate cannot be read does not start, and says which file it is', () => {
  const script = dev['apisix']?.command?.[2]?.replaceAll('$$', '$') ?? ''
  const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /^cat: \/certificate\/tls\.crt: [^\n]+\n$/)
})

test('the certificate comes through the edge’s file line by line', () => {
  const pem = `-----BEGIN CERTIFICATE-----\n${'QUJD\n'.repeat(40)}-----END CERTIFICATE-----`
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  for (const name of ['tls.crt', 'tls.key']) writeFileSync(join(folder, name), `${pem}\n`)
  const script = (dev['apisix']?.command?.[2] ?? '')
    .replaceAll('$$', '$')
    .replaceAll('/certificate/', `${folder}/`)
    .replace('exec /docker-entrypoint.sh docker-start', 'printf %s "$EDGE_TLS_CERT"')
  const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  const [ssl] = edgeWith({ CLERK_ISSUER: '', CORS_ORIGINS: '', EDGE_TLS_CERT: stdout, EDGE_TLS_KEY: '' }).ssls
  assert.equal(ssl?.cert, pem)
  rmSync(folder, { recursive: true })
})
