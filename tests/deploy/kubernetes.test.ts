import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { credentialHeader } from '@puchi/platform/identity/caller'
import { parse, parseAllDocuments } from 'yaml'
import type { ZodObject } from 'zod'
import { rulesFile, rulesText } from '../../deploy/kubernetes/monitoring/generate.ts'
import { root, subgraphs } from '../../dev/subgraphs.ts'
import { edgeText, edgeWith, processText, variablesOf } from './edge-file.ts'

type Env = { name: string; value?: string; valueFrom?: object }
type Container = {
  name: string
  image: string
  command?: string[]
  args?: string[]
  ports?: { name: string; containerPort: number }[]
  env?: Env[]
  resources?: { requests?: object; limits?: object }
  lifecycle?: { preStop: { sleep: { seconds: number } } }
} & Partial<
  Record<'startupProbe' | 'readinessProbe' | 'livenessProbe', { httpGet?: { path: string; port: string } }>
>
type Manifest = {
  apiVersion: string
  kind: string
  metadata: { name: string; labels?: { app?: string } }
  data?: Record<string, string>
  spec?: {
    replicas?: number
    imageName?: string
    template?: {
      metadata?: { labels: { app?: string } }
      spec: { containers: Container[]; terminationGracePeriodSeconds?: number }
    }
    ports?: { port: number; targetPort: string }[]
    podSelector?: { matchLabels?: { app?: string } }
    policyTypes?: string[]
    ingress?: Rule[]
    egress?: Way[]
    scaleTargetRef?: { name: string }
    metrics?: { pods?: { metric: { name: string } } }[]
    podMetricsEndpoints?: { port: string; path?: string }[]
    selector?: { matchExpressions?: { values: string[] }[] }
  }
}
type Rule = { from?: { podSelector?: { matchLabels: { app?: string } } }[]; ports: { port: number }[] }
type Way = {
  to: {
    podSelector?: { matchLabels: Record<string, string> }
    namespaceSelector?: { matchLabels: Record<string, string> }
    ipBlock?: object
  }[]
  ports: { port: number }[]
}
type Target = { kind: string; name?: string }
type Kustomization = {
  resources?: string[]
  configMapGenerator?: { files: string[] }[]
  patches?: { target: Target; patch: string }[]
}

const folder = join(root, 'deploy/kubernetes')
const base = join(folder, 'base')
const kustomization = (at: string): Kustomization =>
  parse(readFileSync(join(at, 'kustomization.yaml'), 'utf8')) as Kustomization
const files = (kustomization(base).resources ?? []).filter((name) => name.endsWith('.yaml'))
const manifests = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(base, file), 'utf8')).map((one) => one.toJS() as Manifest),
)
const of = (kind: string, name: string): Manifest => {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name)
  assert(found, `no ${kind} ${name}`)
  return found
}
const containerOf = (name: string): Container => {
  const [container] = of('Deployment', name).spec?.template?.spec.containers ?? []
  assert(container)
  return container
}
const names = subgraphs().map(({ name }) => name)
const processes = [...names, 'router']
const custom = ['postgresql.cnpg.io/v1', 'rabbitmq.com/v1beta1']

type Model = new (json: object) => { validate(): void }
/** Throws what Kubernetes would refuse the manifest for. */
async function validate(manifest: Manifest): Promise<void> {
  const models = (await import(`kubernetes-models/${manifest.apiVersion}`)) as Record<string, Model>
  const Kind = models[manifest.kind]
  assert(Kind, `${manifest.apiVersion} has no ${manifest.kind}`)
  new Kind(manifest).validate()
}

test('every manifest is what Kubernetes allows', async () => {
  const ours = manifests.filter(({ apiVersion }) => !custom.includes(apiVersion))
  assert(ours.length > 25)
  for (const manifest of ours)
    await validate(manifest).catch((error: Error) =>
      assert.fail(`${manifest.kind} ${manifest.metadata.name}: ${error.message}`),
    )
})

test('a manifest that Kubernetes would refuse is found', async () => {
  const wrong = structuredClone(of('Deployment', 'router'))
  Object.assign(wrong.spec ?? {}, { replicas: 'two' })
  await assert.rejects(validate(wrong))
})

test('every file that a kustomization names exists', () => {
  for (const at of [
    base,
    join(folder, 'dev'),
    join(folder, 'prod'),
    join(folder, 'monitoring'),
    join(root, 'apisix'),
    join(root, 'schema'),
  ]) {
    const { resources = [], configMapGenerator = [] } = kustomization(at)
    for (const file of [...resources, ...configMapGenerator.flatMap((one) => one.files)])
      assert(existsSync(join(at, file)), `${at}: ${file}`)
  }
})

test('every patch of an overlay meets what it replaces', () => {
  for (const overlay of ['dev', 'prod'])
    for (const { target, patch } of kustomization(join(folder, overlay)).patches ?? []) {
      const met = manifests.filter(
        ({ kind, metadata }) => kind === target.kind && metadata.name === (target.name ?? metadata.name),
      )
      assert(met.length > 0, `${overlay}: ${target.kind}`)
      for (const { op, path } of parse(patch) as { op: string; path: string }[]) {
        assert.equal(op, 'replace')
        const keys = path.split('/').slice(1)
        for (const manifest of met)
          assert.notEqual(
            keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], manifest),
            undefined,
            `${overlay}: ${manifest.metadata.name} has no ${path}`,
          )
      }
    }
})

test('whoever a Service, a policy, a budget or a spread is for is the label of a pod', () => {
  const pods = manifests.flatMap(({ spec }) => spec?.template?.metadata?.labels.app ?? [])
  const others = manifests.filter(({ kind }) => !['Deployment', 'Job'].includes(kind))
  const selected = [...JSON.stringify(others).matchAll(/"app":"([\w-]+)"/g)].map(([, app = '']) => app)
  const own = manifests.flatMap(({ metadata }) => metadata.labels?.app ?? [])
  assert.deepEqual(new Set(selected), new Set(pods))
  for (const app of own) assert(pods.includes(app), app)
})

test('the subgraphs are those of rover.yaml, with their ports, a migration and a database each', () => {
  for (const { name, url } of subgraphs()) {
    assert.equal(of('Service', name).spec?.ports?.[0]?.port, Number(new URL(url).port))
    of('Job', `migrate-${name}`)
    of('Cluster', `postgres-${name}`)
  }
  const deployed = manifests.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name)
  assert.deepEqual(deployed.sort(), [...processes, 'apisix', 'valkey'].sort())
})

/** What every subgraph finds in the Secret of its name, and what only one of them does; README.md says the same. */
const usual = (name: string): string[] => [
  `${name.toUpperCase().replaceAll('-', '_')}_DATABASE_URL`,
  'RABBITMQ_URL',
  'ROUTER_SECRETS',
  'ROUTER_CREDENTIALS',
]
const secrets: Record<string, string[]> = {
  ...Object.fromEntries(names.map((name) => [name, usual(name)])),
  auth: [...usual('auth'), 'REFRESH_TOKEN_SECRETS', 'CLERK_SECRET_KEY', 'CLERK_WEBHOOK_SECRETS'],
  router: ['RABBITMQ_URL', 'ROUTER_SECRETS'],
}

for (const name of processes)
  test(`${name} is told what it demands, and nothing twice`, async () => {
    const code = name === 'router' ? 'router' : `subgraphs/${name}`
    const { settings } = (await import(`${root}/${code}/settings.ts`)) as { settings: ZodObject }
    const shared = Object.keys(of('ConfigMap', 'settings').data ?? {})
    const own = (containerOf(name).env ?? []).map((one) => one.name)
    const given = [...shared, ...own, ...(secrets[name] ?? [])]
    const demanded = Object.entries(settings.shape)
      .filter(
        ([, shape]) =>
          !(shape as { safeParse(value: undefined): { success: boolean } }).safeParse(undefined).success,
      )
      .map(([key]) => key)
    assert.deepEqual(
      demanded.filter((key) => !given.includes(key)),
      [],
    )
    assert.deepEqual(given, [...new Set(given)])
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    for (const key of secrets[name] ?? []) assert(readme.includes(`\`${key}\``), `${key} is not in README.md`)
  })

test('each process is looked after at its admin port, limited, and given time to drain', () => {
  for (const name of processes) {
    const { ports = [], env = [], resources, lifecycle, ...probes } = containerOf(name)
    const admin = env.find((one) => one.name.endsWith('_ADMIN_PORT'))?.value
    assert.equal(String(ports.find((port) => port.name === 'admin')?.containerPort), admin)
    assert.deepEqual(probes.readinessProbe?.httpGet, { path: '/readyz', port: 'admin' })
    assert.deepEqual(probes.livenessProbe?.httpGet, { path: '/livez', port: 'admin' })
    assert.deepEqual(probes.startupProbe?.httpGet, { path: '/livez', port: 'admin' }, 'D9 no crash-loop')
    assert(resources?.requests && resources.limits)
    const grace = of('Deployment', name).spec?.template?.spec.terminationGracePeriodSeconds ?? 0
    assert(grace >= (lifecycle?.preStop.sleep.seconds ?? 0) + 25, 'a process is ended by force after 25 s')
  }
})

test('whoever serves may lose a pod and grow', () => {
  for (const name of [...processes, 'apisix']) {
    of('PodDisruptionBudget', name)
    assert.equal(of('HorizontalPodAutoscaler', name).spec?.scaleTargetRef?.name, name)
    assert.equal(of('Deployment', name).spec?.replicas, undefined, 'an apply would undo the autoscaler')
  }
})

const monitoring = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(folder, 'monitoring', file), 'utf8')).map(
    (one) => one.toJS() as Manifest,
  )

test('the router grows by the requests that are under way, which the adapter serves from its metric', () => {
  const [asked] = (of('HorizontalPodAutoscaler', 'router').spec?.metrics ?? []).flatMap(
    ({ pods }) => pods ?? [],
  )
  assert.equal(asked?.metric.name, 'router_requests_in_flight')
  type Rules = { rules: { seriesQuery: string; name: { matches: string } }[] }
  const [adapter] = monitoring('adapter.yaml')
  const [rule] = (parse(adapter?.data?.['config.yaml'] ?? '') as Rules).rules
  assert.equal(rule?.name.matches, asked?.metric.name)
  assert(
    readFileSync(`${root}/router/guard/overload.ts`, 'utf8').includes(`'${rule?.seriesQuery.split('{')[0]}'`),
  )
})

test('every process is scraped at its admin port, and the edge where it tells of itself', () => {
  const [ours, edge] = monitoring('pods.yaml')
  assert.deepEqual(ours?.spec?.selector?.matchExpressions?.[0]?.values.toSorted(), processes.toSorted())
  for (const name of processes)
    assert(containerOf(name).ports?.some((port) => port.name === ours?.spec?.podMetricsEndpoints?.[0]?.port))
  assert(
    containerOf('apisix').ports?.some((port) => port.name === edge?.spec?.podMetricsEndpoints?.[0]?.port),
  )
})

test('the alerts of Kubernetes are those of Prometheus', () => {
  assert.equal(
    readFileSync(rulesFile, 'utf8'),
    rulesText(),
    'run node deploy/kubernetes/monitoring/generate.ts',
  )
})

test('nobody may talk to anybody but as listed', () => {
  const { podSelector, policyTypes } = of('NetworkPolicy', 'nobody').spec ?? {}
  assert.deepEqual([podSelector, policyTypes], [{}, ['Ingress', 'Egress']])
  const callers = (name: string) =>
    (of('NetworkPolicy', name).spec?.ingress ?? [])
      .flatMap(({ from = [] }) => from)
      .flatMap(({ podSelector: pods }) => pods?.matchLabels.app ?? [])
  assert.deepEqual(callers('router'), ['apisix'])
  const others = names.filter((name) => name !== 'auth')
  assert.deepEqual(callers('auth').sort(), ['apisix', 'router', ...others].sort())
  for (const name of others) assert.deepEqual(callers(name), ['router', 'apisix'])
  assert.deepEqual(callers('valkey'), ['router', 'apisix'])
  for (const name of names)
    assert.deepEqual(
      callers(`postgres-${name}`),
      [name, `migrate-${name}`],
      'a database is its own service’s',
    )
  assert.deepEqual(callers('rabbitmq').sort(), [...processes].sort())
})

/** Whom a part may call, as `name:port`. */
const called = (name: string): string[] =>
  (of('NetworkPolicy', name).spec?.egress ?? []).flatMap(({ to, ports }) =>
    to.flatMap(({ podSelector, ipBlock }) =>
      ports.map(
        ({ port }) => `${ipBlock ? 'internet' : Object.values(podSelector?.matchLabels ?? {})}:${port}`,
      ),
    ),
  )

const mayCall = (name: string, whom: string[]): void => assert.deepEqual(called(name).sort(), whom.sort())

test('each part may call whom it needs, DNS, and nobody else', () => {
  const names = of('NetworkPolicy', 'names').spec?.egress ?? []
  assert.deepEqual(
    names.flatMap(({ ports }) => ports.map(({ port }) => port)),
    [53, 53],
  )
  const clerk = 'internet:443'
  const served = subgraphs().map(({ name, url }) => `${name}:${new URL(url).port}`)
  mayCall('apisix', ['router:4000', ...served, 'valkey:6379', clerk])
  mayCall('router', [...served, 'rabbitmq:5672', 'valkey:6379', clerk])
  mayCall('auth', ['postgres-auth:5432', 'rabbitmq:5672', clerk])
  // It asks auth for the permissions of those whom another router sends, and verifies their tokens itself.
  for (const { name } of subgraphs().filter((one) => one.name !== 'auth'))
    mayCall(name, [`postgres-${name}:5432`, 'auth:8001', 'rabbitmq:5672', clerk])
  mayCall('valkey', [])
})

test('admin ports are open to Prometheus alone', () => {
  for (const name of processes) {
    const admin = Number(containerOf(name).ports?.find((port) => port.name === 'admin')?.containerPort)
    const rules = (of('NetworkPolicy', name).spec?.ingress ?? []).filter(({ ports }) =>
      ports.some(({ port }) => port === admin),
    )
    assert.deepEqual(
      rules.flatMap(({ from = [] }) => from),
      [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    )
  }
})

test('the edge is told every variable that has no default', () => {
  const text = edgeText + processText
  const given = (containerOf('apisix').env ?? []).map((one) => one.name)
  const demanded = variablesOf(text).filter((name) => !text.includes(`\${{${name}:=`))
  assert.deepEqual(
    demanded.filter((name) => !given.includes(name)),
    [],
  )
})

test('the certificate comes through the edge’s file line by line', () => {
  const pem = `-----BEGIN CERTIFICATE-----\n${'QUJD\n'.repeat(40)}-----END CERTIFICATE-----\n`
  const script = containerOf('apisix').command?.[2] ?? ''
  const shown = script.replace('exec /docker-entrypoint.sh docker-start', 'printf %s "$EDGE_TLS_KEY"')
  const secret = { EDGE_TLS_CERT: pem, EDGE_TLS_KEY: pem }
  const { stdout } = spawnSync('bash', ['-c', shown], { encoding: 'utf8', env: secret })
  const [ssl] = edgeWith({ CLERK_ISSUER: '', CORS_ORIGINS: '', EDGE_TLS_CERT: '', EDGE_TLS_KEY: stdout }).ssls
  assert.equal(ssl?.key, pem)
})

test('whom the edge believes about who calls is said, and not everybody', () => {
  const { value } = (containerOf('apisix').env ?? []).find(({ name }) => name === 'TRUSTED_PROXY') ?? {}
  assert(value && !value.endsWith('/0'))
})

test('the databases are the PostgreSQL of Compose, by a tag that CloudNativePG still makes', () => {
  const compose = readFileSync(`${root}/docker-compose.yml`, 'utf8')
  const [, version, debian] = /image: postgres:([\d.]+)-(\w+)/.exec(compose) ?? []
  for (const name of names)
    assert.equal(
      of('Cluster', `postgres-${name}`).spec?.imageName,
      `ghcr.io/cloudnative-pg/postgresql:${version}-standard-${debian}`,
    )
})

test('the routers count together in Valkey, and believe the edge about who calls', () => {
  const given = Object.fromEntries((containerOf('router').env ?? []).map(({ name, value }) => [name, value]))
  assert.equal(given['REDIS_URL'], 'redis://valkey:6379')
  assert(given['TRUSTED_PROXIES'])
})

test('the other routers are shown to the subgraphs by the header that these read', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  assert.equal(readme.split(`name: ${credentialHeader},`).length, 3)
  for (const { name, url } of subgraphs())
    assert.equal(readme.split(`http://${name}:${new URL(url).port}/graphql`).length, 3)
})

test('no secret stands in a manifest', () => {
  assert(!manifests.some(({ kind }) => kind === 'Secret'))
  for (const file of files)
    assert.doesNotMatch(readFileSync(join(base, file), 'utf8'), /sk_(test|live)_|whsec_|:\/\/\w+:\w+@/)
})
