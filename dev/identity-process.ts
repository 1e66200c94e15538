// npm run identity  the identity stand-in as a process of its own, with the demo learners; never for production
import { port, processSettings, readEnv, url } from '@puchi/platform/env'
import { runProcess } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { learners } from '@puchi/prisma/learners'
import { z } from 'zod'
import { dataFolder } from './data-folder.ts'
import { startIdentity } from './identity.ts'

export const settings = z.object({
  ...processSettings,
  IDENTITY_PORT: port,
  /** What tokens say in `iss`: the address at which the services find the stand-in. */
  CLERK_ISSUER: url,
  CLERK_SECRET_KEY: z.string().min(1),
  DATA_DIR: z.string().optional(),
})

async function start() {
  const env = readEnv(settings)
  const identity = await startIdentity({
    port: env.IDENTITY_PORT,
    host: env.HOST,
    issuer: env.CLERK_ISSUER,
    secretKey: env.CLERK_SECRET_KEY,
    dataDir: `${dataFolder()}/identity`,
    users: learners,
  })
  createLog('identity', env.LOG_LEVEL).info(
    { url: identity.url, issuer: identity.issuer },
    'identity listens',
  )
  return identity
}

if (import.meta.main) await runProcess(start, () => createLog('identity', 'info'))
