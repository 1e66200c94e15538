import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'
import { root } from '../../dev/subgraphs.ts'

export type Plugins = Record<string, Record<string, unknown>>
export type Route = {
  id: string
  uri?: string
  uris?: string[]
  methods: string[]
  priority?: number
  vars?: [string, ...unknown[]][]
  enable_websocket?: boolean
  upstream_id: string
  plugin_config_id?: string
  plugins?: Plugins
}
export type Upstream = {
  id: string
  nodes: { host: string; port: number }[]
  retries: number
  timeout: Record<'connect' | 'send' | 'read', number>
  checks: { active: { http_path: string; unhealthy: object } }
  keepalive_pool: { idle_timeout: number }
}
type Rule = { id: string; plugins: Plugins }
export type Edge = {
  upstreams: Upstream[]
  routes: Route[]
  global_rules: Rule[]
  plugin_configs: Rule[]
  ssls: { id: string; cert: string; key: string }[]
}

export const edgeText = readFileSync(`${root}/apisix/apisix.yaml`, 'utf8')
export const processText = readFileSync(`${root}/apisix/config.yaml`, 'utf8')

const variables = /\$\{\{(\w+)(?::=(.*?))?\}\}/g
export const variablesOf = (text: string): string[] => [
  ...new Set(Array.from(text.matchAll(variables), ([, name = '']) => name)),
]

/** apisix.yaml as APISIX sees it: variables are filled in before it is read as YAML. */
export const edgeWith = (env: Record<string, string>): Edge =>
  parse(
    edgeText.replace(variables, (_, name, usual) => {
      const given = env[name] ?? usual
      if (given === undefined) throw new Error(`${name} has no default`)
      return given
    }),
  )

type Schemas = {
  main: Record<string, object>
  plugins: Record<string, { schema?: object; priority: number }>
}
const schemas = tidy(
  JSON.parse(readFileSync(`${root}/tests/deploy/apisix-schema-3.18.0.json`, 'utf8')),
) as Schemas

// Lua writes an empty list as {}.
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy)
  if (typeof value !== 'object' || value === null) return value
  const lists = ['required', 'enum', 'anyOf', 'oneOf', 'allOf']
  const kept = Object.entries(value).filter(([key, one]) => !lists.includes(key) || Array.isArray(one))
  return Object.fromEntries(kept.map(([key, one]) => [key, tidy(one)]))
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false })
const compiled = new Map<string, ValidateFunction>()

const kinds: Record<string, string> = {
  upstreams: 'upstream',
  routes: 'route',
  global_rules: 'global_rule',
  plugin_configs: 'plugin_config',
  ssls: 'ssl',
}

function against(name: string, schema: object | undefined, value: unknown): string[] {
  if (!schema) return [`${name} is unknown to APISIX 3.18.0`]
  const check =
    compiled.get(name) ??
    ajv.compile(Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema')))
  compiled.set(name, check)
  return check(value)
    ? []
    : (check.errors ?? []).map((error) => `${name}${error.instancePath} ${error.message}`)
}

type Part = { id: string; plugins?: Plugins }

/** What APISIX 3.18.0 would refuse of the file, by its own schemas. */
export const refusedOf = (edge: Edge): string[] =>
  Object.entries(edge).flatMap(([kind, parts]) =>
    (parts as Part[]).flatMap((part) => [
      ...against(kind, schemas.main[kinds[kind] ?? ''], part),
      ...Object.entries(part.plugins ?? {}).flatMap(([name, conf]) =>
        against(name, schemas.plugins[name]?.schema, conf).map((fault) => `${part.id}: ${fault}`),
      ),
    ]),
  )

/** The plugins of one route as APISIX runs them within a phase. */
export function orderOf(plugins: Plugins): string[] {
  const priority = (name: string): number =>
    (plugins[name]?.['_meta'] as { priority?: number } | undefined)?.priority ??
    schemas.plugins[name]?.priority ??
    0
  return Object.keys(plugins).sort((one, other) => priority(other) - priority(one))
}

/** Properties of plugins that their schema does not know, which APISIX passes over in silence. */
export const misspeltOf = (edge: Edge): string[] =>
  (Object.values(edge).flat() as Part[]).flatMap(({ id, plugins = {} }) =>
    Object.entries(plugins).flatMap(([name, conf]) =>
      Object.keys(conf)
        .filter((key) => !JSON.stringify(schemas.plugins[name]?.schema).includes(`"${key}"`))
        .map((key) => `${id}: ${name}.${key}`),
    ),
  )
