/** Who measures: where databases are made, where files may lie, and how many requests a round has. */
export type About = { databaseUrl(name: string): Promise<string>; folder: string; requests: number }

export const secret = 's'.repeat(32)

/** What every subgraph is told here; nobody answers at the addresses. */
export const callerEnv = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_ENV: 'production',
  LOG_LEVEL: 'silent',
  HOST: '127.0.0.1',
  BROKER_FOLDER: folder,
  RABBITMQ_URL: 'amqp://127.0.0.1:9',
  ROUTER_SECRETS: secret,
  ROUTER_CREDENTIALS: secret,
  VIEWER_URL: 'http://127.0.0.1:9',
  CLERK_ISSUER: 'http://127.0.0.1:9',
  CLERK_JWKS_URL: 'http://127.0.0.1:9',
  CLERK_AUTHORIZED_PARTIES: 'http://localhost:3000',
})
