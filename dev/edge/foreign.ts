import { sign } from 'node:crypto'
import { newKey } from '../identity/key.ts'

/** The same token, its key's name included, signed by a key of our own. */
export async function foreignCopy(token: string): Promise<string> {
  const signed = token.split('.').slice(0, 2).join('.')
  const { privateKey } = await newKey()
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`
}
