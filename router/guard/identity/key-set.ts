import { createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { BadEnvironment } from '@puchi/platform/env'
import { remoteKeys } from '@puchi/platform/identity/jwks'
import type { Log } from '@puchi/platform/log'
import { createLocalJWKSet, errors, type JWK, type JWTVerifyGetKey } from 'jose'

/** Keys that tokens are verified with, and the algorithms that these are for. */
export type KeySet = { keys: JWTVerifyGetKey; algorithms: string[] }

// `kty` of the key that each one takes is fixed (RFC 7518): a public key is never the secret of an HMAC, nor the reverse.
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const symmetric = 'HS256'

/** A JSON Web Key Set by URL, or one in a file, which may hold shared secrets, too. Throws what is wrong with a file. */
export async function openKeySet(where: string, log: Log): Promise<KeySet> {
  if (/^https?:\/\//.test(where)) return { keys: remoteKeys(where), algorithms: asymmetric }
  const all = await keysIn(where)
  for (const [index, key] of all.entries()) check(key, `Key ${index + 1} of ${where}`, log)
  const secrets = all.filter(({ kty }) => kty === 'oct')
  const find = createLocalJWKSet({ keys: all.filter(({ kty }) => kty !== 'oct') })
  return {
    keys: (header, token) => (header.alg === symmetric ? secretOf(secrets, header.kid) : find(header, token)),
    algorithms: secrets.length > 0 ? [...asymmetric, symmetric] : asymmetric,
  }
}

async function keysIn(file: string): Promise<JWK[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new BadEnvironment(`The key set ${file} cannot be read (${error.code}).`)
  })
  const set = parsed(text)
  const keys = set?.['keys'] ?? (set?.['kty'] ? [set] : [])
  if (Array.isArray(keys) && keys.length > 0) return keys
  throw new BadEnvironment(`${file} is no JSON Web Key Set: it needs {"keys":[…]} with at least one key.`)
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function check(key: JWK | null, what: string, log: Log): void {
  if (key?.d !== undefined)
    throw new BadEnvironment(`${what} is a private key; only its public part belongs here.`)
  if (key?.kty === 'oct') checkSecret(key, what, log)
  else if (!isPublic(key))
    throw new BadEnvironment(`${what} is no public key, nor a shared secret ("kty":"oct").`)
}

function checkSecret({ alg = symmetric, k }: JWK, what: string, log: Log): void {
  if (alg !== symmetric)
    throw new BadEnvironment(`${what} is a shared secret for ${alg}; such serve ${symmetric} only.`)
  const { length } = bytesOf(k)
  if (length === 0) throw new BadEnvironment(`${what} has no secret in "k".`)
  if (length < 32)
    log.warn(`${what} is a shared secret of ${length} bytes; RFC 7518 demands 32, for it can be guessed.`)
}

function isPublic(key: JWK | null): boolean {
  try {
    return Boolean(createPublicKey({ key: { ...key }, format: 'jwk' }))
  } catch {
    return false
  }
}

const bytesOf = (k = ''): Buffer => Buffer.from(k, 'base64url')

/** The one secret that a token may be signed with; a key without an id is for every token. */
async function secretOf(secrets: readonly JWK[], kid: string | undefined): Promise<Uint8Array> {
  const fits = (key: JWK) => kid === undefined || key.kid === undefined || key.kid === kid
  const [found, ...more] = secrets.filter(fits)
  if (!found || more.length > 0) throw new errors.JWKSNoMatchingKey()
  return bytesOf(found.k)
}
