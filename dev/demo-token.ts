type Provider = { apiUrl: string; secretKey: string }
/** `seconds` of its life. */
export type TokenRequest = Provider & { username: string; seconds: number }

type Refusal = { errors?: { long_message: string }[] }

/** Signs a demo learner in, as Clerk's Backend API does it. Throws one sentence. */
export async function demoToken({ username, seconds, ...provider }: TokenRequest): Promise<string> {
  return sessionToken(provider, await openSession(provider, username), seconds)
}

/** Opens a session of a demo learner; its id. Throws one sentence. */
export async function openSession(provider: Provider, username: string): Promise<string> {
  const [user] = await ask<{ id: string }[]>(provider, `/users?username=${encodeURIComponent(username)}`)
  if (!user) throw new Error(`There is no user ${username}; try puchiuser.`)
  return (await ask<{ id: string }>(provider, '/sessions', { user_id: user.id })).id
}

/** A token of a session. Throws one sentence where it ended. */
export async function sessionToken(provider: Provider, sessionId: string, seconds: number): Promise<string> {
  const path = `/sessions/${encodeURIComponent(sessionId)}/tokens`
  return (await ask<{ jwt: string }>(provider, path, { expires_in_seconds: seconds })).jwt
}

async function ask<T>({ apiUrl, secretKey }: Provider, path: string, body?: object): Promise<T> {
  const response = await fetch(`${apiUrl}/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (response.ok) return (await response.json()) as T
  const { errors } = (await response.json()) as Refusal
  throw new Error(errors?.[0]?.long_message ?? `The identity provider answered ${response.status}.`)
}
