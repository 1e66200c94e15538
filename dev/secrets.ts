import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { keepFile, keptIn } from './kept-file.ts'

const shape = z.object({
  /** For callers of the Backend API. */
  clerkSecretKey: z.string(),
  /** With what our router signs its calls. */
  routerSecret: z.string(),
  /** What any other router shows. */
  routerCredential: z.string(),
  /** With what webhooks are signed; folders of before there were any have none. */
  clerkWebhookSecret: z.string().default(() => newWebhookSecret()),
  /** With what first refresh tokens are made. */
  refreshTokenSecret: z.string().default(() => newSecret()),
})

export type Secrets = z.output<typeof shape>

export const newSecrets = (): Secrets => ({
  clerkSecretKey: `sk_test_${randomBytes(24).toString('hex')}`,
  routerSecret: newSecret(),
  routerCredential: newSecret(),
  clerkWebhookSecret: newWebhookSecret(),
  refreshTokenSecret: newSecret(),
})

const newSecret = (): string => randomBytes(32).toString('hex')

const newWebhookSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`

const fileIn = (folder: string): string => join(folder, 'secrets.json')

/** The secrets of the stack that keeps its data in a folder; null where none has run. */
export const readSecrets = (folder: string): Secrets | null =>
  keptIn(fileIn(folder), (text) => shape.parse(JSON.parse(text)))

/** The secrets of a folder, made at first. */
export function secretsIn(folder: string): Secrets {
  const known = readSecrets(folder)
  if (known) return known
  const secrets = newSecrets()
  try {
    keepFile(fileIn(folder), `${JSON.stringify(secrets, null, 2)}\n`)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    throw new Error(`The folder ${folder} cannot be written (${why}): make it writable, then start again.`)
  }
  return secrets
}
