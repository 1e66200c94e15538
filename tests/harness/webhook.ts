import { createHmac } from 'node:crypto'

export type Signed = { id?: string; time?: number; secret?: string; text: string }

/** The headers by which Svix signs a webhook. */
export function svixHeaders({ id = 'msg_1', time = Date.now(), secret = '', text }: Signed) {
  const stamp = String(Math.floor(time / 1_000))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${stamp}.${text}`).digest('base64')
  return { 'svix-id': id, 'svix-timestamp': stamp, 'svix-signature': `v1,${signature}` }
}

/** What Clerk tells of a user. */
export const userEvent = (name: string, about: object = {}, type = 'user.updated') =>
  JSON.stringify({
    object: 'event',
    type,
    data: {
      object: 'user',
      id: 'user_hook',
      primary_email_address_id: 'e',
      email_addresses: [
        { id: 'e', email_address: `${name}@example.com`, verification: { status: 'verified' } },
      ],
      updated_at: 1_000,
      ...about,
    },
  })
