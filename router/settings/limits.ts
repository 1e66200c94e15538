import { z } from 'zod'

const most = z.coerce.number('must be a number').int().min(1)

/** What one request may ask. */
export type LimitSettings = {
  /** Bytes of a body. */
  body: number
  /** Bytes of the variables as JSON. */
  variables: number
  tokens: number
  /** Fields inside each other, introspection apart. */
  depth: number
  introspection: number
  /** Renamed fields; like all below, counted as often as fragments repeat them. */
  aliases: number
  rootFields: number
  directives: number
  fragments: number
  fields: number
  cost: number
  /** What `first` and `last` may ask for. */
  page: number
  /** How long a list is taken to be of which nothing says so. */
  listSize: number
}

const defaults: LimitSettings = {
  body: 256 * 1024,
  variables: 64 * 1024,
  tokens: 1_000,
  depth: 10,
  introspection: 20,
  aliases: 15,
  rootFields: 10,
  directives: 50,
  fragments: 100,
  fields: 500,
  cost: 5_000,
  page: 100,
  listSize: 10,
}

// What other teams' clients send legitimately passes; what explodes does not.
const generous: LimitSettings = {
  ...defaults,
  tokens: 5_000,
  depth: 30,
  aliases: 500,
  rootFields: 100,
  directives: 500,
  fragments: 1_000,
  fields: 2_000,
  cost: 1_000_000,
  page: 10_000,
}

const variables = {
  LIMIT_BODY_BYTES: 'body',
  LIMIT_VARIABLES_BYTES: 'variables',
  LIMIT_TOKENS: 'tokens',
  LIMIT_DEPTH: 'depth',
  LIMIT_INTROSPECTION_DEPTH: 'introspection',
  LIMIT_ALIASES: 'aliases',
  LIMIT_ROOT_FIELDS: 'rootFields',
  LIMIT_DIRECTIVES: 'directives',
  LIMIT_FRAGMENTS: 'fragments',
  LIMIT_FIELDS: 'fields',
  LIMIT_COST: 'cost',
  LIMIT_PAGE: 'page',
  LIMIT_LIST_SIZE: 'listSize',
} as const satisfies Record<string, keyof LimitSettings>

type Variable = keyof typeof variables
const entries = Object.entries(variables) as [Variable, keyof LimitSettings][]

const settingsOf = (values: LimitSettings) =>
  Object.fromEntries(entries.map(([name, limit]) => [name, most.default(values[limit])])) as Record<
    Variable,
    z.ZodDefault<typeof most>
  >

/** The limits as a process is told them, for Puchi's own clients. */
export const strictLimits = settingsOf(defaults)
/** The same for a router of any supergraph. */
export const generousLimits = settingsOf(generous)

/** The limits that an environment sets. */
export const limitsOf = (env: Record<Variable, number>): LimitSettings =>
  Object.fromEntries(entries.map(([name, limit]) => [limit, env[name]])) as LimitSettings
