import { usualOrigins } from '@puchi/router/settings'
import type { Identity } from '../identity.ts'
import { type Place, variable } from '../places.ts'
import type { Secrets } from '../secrets.ts'
import { supergraphFile } from '../services.ts'

export type StackFacts = {
  /** By part: the router, each subgraph. */
  places: Record<string, Place>
  /** The database of each subgraph that keeps something. */
  databases: Record<string, string>
  identity: Pick<Identity, 'url' | 'issuer' | 'jwksUrl'>
  secrets: Secrets
  /** RabbitMQ's address, or what stands for it. */
  brokerUrl: string
}

/** Whose pages may call us: those of the origins that are given, and the learner's page. */
export const originsWith = (learner: Place | undefined, given = usualOrigins.join()): string =>
  [given, ...(learner?.port ? [`http://localhost:${learner.port}`] : [])].join(',')

/** What every service of one stack is told; each picks its own variables. */
export function stackEnv({ places, databases, identity, secrets, brokerUrl }: StackFacts): NodeJS.ProcessEnv {
  const origins = originsWith(places['learner'])
  return {
    ...Object.fromEntries(Object.entries(places).flatMap(portsOf)),
    ...Object.fromEntries(
      Object.entries(databases).map(([name, url]) => [variable(name, 'DATABASE_URL'), url]),
    ),
    SUPERGRAPH_FILE: supergraphFile,
    RABBITMQ_URL: brokerUrl,
    REFRESH_TOKEN_SECRETS: secrets.refreshTokenSecret,
    CLERK_SECRET_KEY: secrets.clerkSecretKey,
    CLERK_API_URL: identity.url,
    CLERK_WEBHOOK_SECRETS: secrets.clerkWebhookSecret,
    CLERK_ISSUER: identity.issuer,
    CLERK_JWKS_URL: identity.jwksUrl,
    CLERK_AUTHORIZED_PARTIES: origins,
    CORS_ORIGINS: origins,
    // One process holds every service here, and its loop lags for all of them.
    ROUTER_MAX_LAG_MS: '5000',
    ROUTER_SECRETS: secrets.routerSecret,
    ROUTER_CREDENTIALS: secrets.routerCredential,
    ...(places['auth']?.port && { VIEWER_URL: `http://localhost:${places['auth'].port}/internal/viewer` }),
  }
}

const portsOf = ([part, { port, adminPort }]: [string, Place]): [string, string][] => [
  [variable(part, 'PORT'), String(port)],
  [variable(part, 'ADMIN_PORT'), String(adminPort)],
]
