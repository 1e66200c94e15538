// npm run edge:check  EDGE_URL=http://localhost:9080: what must hold at a running edge, asked from outside
import { setTimeout as pause } from 'node:timers/promises'
import { readEnv, url } from '@puchi/platform/env'
import { runCommand } from '@puchi/platform/run-command'
import { z } from 'zod'
import { demoToken } from './demo-token.ts'
import { askerOf } from './edge/ask.ts'
import { checked, type EdgeFacts } from './edge/checks.ts'
import { foreignCopy } from './edge/foreign.ts'

const settings = z.object({
  EDGE_URL: url,
  /** An origin of CORS_ORIGINS. */
  EDGE_ORIGIN: url.default('http://localhost:3000'),
  /** Where sessions are opened: the identity stand-in, or Clerk's test instance. */
  CLERK_API_URL: url,
  CLERK_SECRET_KEY: z.string().min(1),
  EDGE_USERNAME: z.string().default('puchiuser'),
})

/** The shortest life that the provider gives, and the clock difference that the edge forgives; in seconds. */
const shortest = 30
const forgiven = 6

function factsOf(env: z.output<typeof settings>): EdgeFacts {
  const { CLERK_API_URL: apiUrl, CLERK_SECRET_KEY: secretKey, EDGE_USERNAME: username } = env
  const token = (seconds: number) => demoToken({ apiUrl, secretKey, username, seconds })
  const good = () => token(60)
  return {
    ask: askerOf(env.EDGE_URL),
    origin: env.EDGE_ORIGIN,
    good,
    foreign: async () => foreignCopy(await good()),
    async expired() {
      const short = await token(shortest)
      await pause((shortest + forgiven) * 1_000)
      return short
    },
  }
}

async function main(): Promise<void> {
  let passed = 0
  let failed = 0
  for await (const { title, fault } of checked(factsOf(readEnv(settings)))) {
    console.log(fault === null ? `✔ ${title}` : `✖ ${title}: ${fault}`)
    if (fault === null) passed += 1
    else failed += 1
  }
  console.log(`${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

await runCommand(main)
