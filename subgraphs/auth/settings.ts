import { brokerSettings } from '@puchi/platform/broker/connect'
import { callerSettings, list, port, postgresUrl, processSettings, secret, url } from '@puchi/platform/env'
import { z } from 'zod'

/** What auth is told by its environment. */
export const settings = z.object({
  ...processSettings,
  ...callerSettings,
  ...brokerSettings,
  AUTH_PORT: port,
  AUTH_ADMIN_PORT: port,
  AUTH_DATABASE_URL: postgresUrl,
  REFRESH_TOKEN_SECRETS: list(secret),
  CLERK_SECRET_KEY: z.string().min(1),
  CLERK_API_URL: url,
  CLERK_WEBHOOK_SECRETS: list(z.string().startsWith('whsec_')),
})
