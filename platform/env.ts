import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'

/** The environment lacks something, or has it wrong. The message names every such variable, never a value. */
export class BadEnvironment extends Error {
  override readonly name = 'BadEnvironment'
}

/** Reads one process's settings. An empty variable counts as absent. */
export function readEnv<S extends z.ZodObject>(
  settings: S,
  env: NodeJS.ProcessEnv = process.env,
): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const { success, data, error } = settings.safeParse(given)
  if (success) return data
  const faults = error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return `  ${name}: ${given[name] === undefined ? 'is missing' : message}`
  })
  throw new BadEnvironment(`Settings to correct:\n${[...new Set(faults)].join('\n')}`)
}

export const port = z.coerce.number('must be a port').int('must be a port').min(0).max(65_535)
export const milliseconds = z.coerce.number('must be milliseconds').int().min(1)
export const url = z.url('must be a URL')
export const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' })
export const secret = z.string().min(32, 'must have at least 32 characters')

/** An RSA public key in PEM, its lines as they are, joined, or parted by a written \\n. */
const publicKey = z.string().transform((pem, context): KeyObject => {
  try {
    const der = Buffer.from(pem.replace(/-----[^-]+-----|\\n|\s/g, ''), 'base64')
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {}
  context.addIssue({ code: 'custom', message: 'must be an RSA public key in PEM' })
  return z.NEVER
})

/** `a,b`: the first is used for what we send, every one is accepted. */
export const list = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item).min(1))

/** What every process is told. */
export const processSettings = {
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  /** The address to listen on. */
  HOST: z.string().default('0.0.0.0'),
  /** The OpenTelemetry collector that traces are sent to; none are made without it. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
}

/** What a process that verifies session tokens is told. */
export const tokenSettings = {
  CLERK_ISSUER: url,
  /** Where the issuer's keys are. */
  CLERK_JWKS_URL: url,
  /** The issuer's one key: with it nothing is fetched. */
  CLERK_JWT_KEY: publicKey.optional(),
  /** Origins that a token's `azp` may name. */
  CLERK_AUTHORIZED_PARTIES: list(z.string().min(1)),
  /** The longest lifetime of a token that is accepted, in seconds. */
  TOKEN_MAX_SECONDS: z.coerce.number().int().min(30).default(120),
}

/** What a subgraph is told of those who may call it. */
export const callerSettings = {
  ...tokenSettings,
  /** Shared with our router, which signs each call. */
  ROUTER_SECRETS: list(secret),
  /** Shown by any other router, beside the user's own token. */
  ROUTER_CREDENTIALS: list(secret),
}

/** What a process is told that looks viewers up elsewhere. */
export const viewerSettings = {
  /** The signed internal path that answers who may do what. Without it nobody has a permission. */
  VIEWER_URL: url.optional(),
}
