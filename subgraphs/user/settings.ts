import { brokerSettings } from '@puchi/platform/broker/connect'
import { callerSettings, port, postgresUrl, processSettings, viewerSettings } from '@puchi/platform/env'
import { z } from 'zod'

/** What user is told by its environment. */
export const settings = z.object({
  ...processSettings,
  ...callerSettings,
  ...viewerSettings,
  ...brokerSettings,
  USER_PORT: port,
  USER_ADMIN_PORT: port,
  USER_DATABASE_URL: postgresUrl,
})
