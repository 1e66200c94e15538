import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { keepFile, keptIn } from '../kept-file.ts'

/** A signing key with its id; Clerk's is the id of the instance. */
export type IdentityKey = { kid: string; privateKey: KeyObject; publicKey: KeyObject }

export type PublicJwk = { kty: string; kid: string; use: 'sig'; alg: 'RS256'; n: string; e: string }

const kid = 'ins_puchistandin'

/** RSA with 2048 bits: Clerk's SDK verifies no longer ones by PEM. */
export async function newKey(): Promise<IdentityKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return { kid, privateKey, publicKey }
}

/** The key kept in a folder, made at first. */
export async function keyIn(folder: string): Promise<IdentityKey> {
  const file = join(folder, 'key.pem')
  const privateKey = keptIn(file, createPrivateKey)
  if (privateKey) return { kid, privateKey, publicKey: createPublicKey(privateKey) }
  const key = await newKey()
  keepFile(file, key.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return key
}

export function publicJwk({ kid, publicKey }: IdentityKey): PublicJwk {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  return { kty: 'RSA', kid, use: 'sig', alg: 'RS256', n, e }
}
