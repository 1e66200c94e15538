import { start } from '@puchi/auth/main'
import { asService } from './auth-database.ts'
import { callerEnv } from './caller.ts'

/** Auth as a service in this process on a database, with a Clerk where nobody listens unless `more` says where. */
export const startAuth = (url: string, more: NodeJS.ProcessEnv = {}, issuer = 'http://127.0.0.1:9') =>
  start({
    ...callerEnv(issuer),
    AUTH_PORT: '0',
    AUTH_ADMIN_PORT: '0',
    AUTH_DATABASE_URL: asService(url),
    REFRESH_TOKEN_SECRETS: 'r'.repeat(32),
    CLERK_SECRET_KEY: 'sk_test_none',
    CLERK_API_URL: 'http://127.0.0.1:9',
    CLERK_WEBHOOK_SECRETS: 'whsec_dGVzdA==',
    ...more,
  })
