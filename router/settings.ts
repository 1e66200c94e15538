import { brokerSettings } from '@puchi/platform/broker/connect'
import {
  BadEnvironment,
  list,
  milliseconds,
  port,
  processSettings,
  readEnv,
  secret,
  tokenSettings,
  url,
  viewerSettings,
} from '@puchi/platform/env'
import { z } from 'zod'
import { type Flags, withFlags } from './flags.ts'
import { generousLimits, strictLimits } from './settings/limits.ts'
import { stackSetting } from './settings/stack.ts'

const origin = z.url({ protocol: /^https?$/, error: 'must be origins such as https://puchi.io.vn' })

const most = z.coerce.number().int().min(1)

const served = {
  /** How long one subgraph, and how long a whole answer may take. */
  SUBGRAPH_TIMEOUT_MS: milliseconds.default(5_000),
  ROUTER_TIMEOUT_MS: milliseconds.default(10_000),
  /** How many requests may be in flight. */
  ROUTER_MAX_IN_FLIGHT: most.default(1_000),
  /** How far the event loop may lag behind. */
  ROUTER_MAX_LAG_MS: milliseconds.default(500),
  SUPERGRAPH_FILE: z.string().min(1),
  /** JSON of the operations that clients publish, text by SHA-256. Puchi's own unless told. */
  PERSISTED_DOCUMENTS_FILE: z.string().min(1).optional(),
  /** Whether any other operation is refused. */
  ROUTER_SAFELIST: z.enum(['on', 'off']).default('off'),
  ROUTER_PORT: port,
  /** Processes that share the router's ports. */
  ROUTER_WORKERS: most.max(99).default(1),
  /** Sockets and streams that one user may have open. */
  LIVE_PER_USER: most.default(5),
  /** Operations that may be in flight at once on one socket. */
  LIVE_PER_SOCKET: most.default(20),
}

/** What the router of Puchi's stack is told: nothing but a limit has a default. SUBGRAPH_<NAME>_URL is read beside these. */
export const settings = z.object({
  NODE_ENV: processSettings.NODE_ENV.unwrap(),
  LOG_LEVEL: processSettings.LOG_LEVEL.unwrap(),
  HOST: processSettings.HOST.unwrap(),
  OTEL_EXPORTER_OTLP_ENDPOINT: processSettings.OTEL_EXPORTER_OTLP_ENDPOINT,
  ...served,
  ROUTER_ADMIN_PORT: port,
  /** Shared with the subgraphs; the first signs. */
  ROUTER_SECRETS: list(secret),
  ...brokerSettings,
  ...viewerSettings,
  ...tokenSettings,
  TOKEN_MAX_SECONDS: tokenSettings.TOKEN_MAX_SECONDS.unwrap(),
  /** Origins whose pages may call us with credentials. */
  CORS_ORIGINS: list(origin),
  ...strictLimits,
  /** For one user, or one address without a user. */
  MUTATIONS_PER_MINUTE: most.default(100),
  /** Redis or Valkey, in which several routers count together; without it each counts for itself. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// URL' }).optional(),
  /** Addresses or subnets whose X-Forwarded-For is believed. */
  TRUSTED_PROXIES: list(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).optional(),
  /** Sockets and streams without a user that one address may have open. */
  LIVE_PER_ADDRESS: most.default(100),
  /** Sockets of one address that may wait at once, in one process, for their connection_init. */
  LIVE_WAITING_PER_ADDRESS: most.default(1_000),
  /** A token that the explorers send; never used in production. */
  DEMO_TOKEN: z.string().optional(),
  /** What runs beside the router, and demo learners' tokens, as JSON for the page at `/`; never used in production. */
  DEMO_STACK: stackSetting.optional(),
})

/** Where frontends that are being made are served, by Vite at 5173 and by most others at 3000, and Apollo's explorer. */
export const usualOrigins = [
  'http://localhost:3000',
  'http://localhost:4000',
  'http://localhost:5173',
  'https://studio.apollographql.com',
]

/** What a router of any supergraph may be told; the flags say the rest. */
export const anonymousSettings = z.object({
  ...processSettings,
  NODE_ENV: processSettings.NODE_ENV.unwrap().default('development'),
  ...served,
  ROUTER_ADMIN_PORT: port.default(0),
  CORS_ORIGINS: list(origin).default(usualOrigins),
  ...generousLimits,
})

export type Settings = z.output<typeof settings> | z.output<typeof anonymousSettings>

export type Locate = (name: string) => string | undefined

/** Where flags and environment say that a subgraph is. */
export function located(env: NodeJS.ProcessEnv, { subgraphs = {} }: Flags): Locate {
  return (name) => {
    if (Object.hasOwn(subgraphs, name)) return subgraphs[name]
    const variable = `SUBGRAPH_${name.toUpperCase().replace(/\W/g, '_')}_URL`
    const given = env[variable]
    if (given && !url.safeParse(given).success) throw new BadEnvironment(`${variable} must be a URL.`)
    return given || undefined
  }
}

/** Where they say that its socket is. */
export function socketLocated({ subscriptions = {} }: Flags, locate: Locate): Locate {
  return (name) => (Object.hasOwn(subscriptions, name) ? subscriptions[name] : locate(name))
}

/** Refuses a flag that names no subgraph of the supergraph. */
export function checkNames({ subgraphs, subscriptions }: Flags, known: readonly string[]): void {
  const unknown = Object.keys({ ...subgraphs, ...subscriptions }).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new BadEnvironment(`The supergraph has no subgraph "${unknown}", only ${known.join(', ')}.`)
}

/** What the router is told by its environment and its command line. Throws what is wrong with that. */
export const settingsOf = (given: NodeJS.ProcessEnv, flags: Flags): Settings =>
  readEnv(flags.anonymous ? anonymousSettings : settings, withFlags(given, flags))
