export type TokenRequest = {
  apiUrl: string
  secretKey: string
  username: string /** Of its life. */
  seconds: number
}

type Refusal = { errors?: { long_message: string }[] }

/** Signs a demo learner in, as Clerk's Backend API does it. Throws one sentence. */
export async function demoToken({ apiUrl, secretKey, username, seconds }: TokenRequest): Promise<string> {
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(`${apiUrl}/v1${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (response.ok) return (await response.json()) as T
    const { errors } = (await response.json()) as Refusal
    throw new Error(errors?.[0]?.long_message ?? `The identity provider answered ${response.status}.`)
  }
  const [user] = await ask<{ id: string }[]>(`/users?username=${encodeURIComponent(username)}`)
  if (!user) throw new Error(`There is no user ${username}; try puchiuser.`)
  const session = await ask<{ id: string }>('/sessions', { user_id: user.id })
  const { jwt } = await ask<{ jwt: string }>(`/sessions/${session.id}/tokens`, {
    expires_in_seconds: seconds,
  })
  return jwt
}
