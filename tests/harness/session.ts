import { createClerkClient } from '@clerk/backend'
import type { Stack } from './stack.ts'

/** Clerk's client, as whoever has the secret key of the stand-in. */
export const clerkOf = ({ env, identity }: Stack) =>
  createClerkClient({
    secretKey: env['CLERK_SECRET_KEY'] ?? '',
    apiUrl: identity.url,
    telemetry: { disabled: true },
  })

/** A session that the stand-in really holds, and a token of it. */
export async function sessionOf(stack: Stack, username: string): Promise<{ id: string; token: string }> {
  const { sessions } = clerkOf(stack)
  const { id } = await sessions.createSession({ userId: `user_${username}` })
  const { jwt: token } = await sessions.getToken(id)
  return { id, token }
}
