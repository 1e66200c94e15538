export type Session = { username: string; sessionId: string }

const kept = 'puchi.session'

/** Who is signed in in this tab. */
export const session = (): Session | null => JSON.parse(sessionStorage.getItem(kept) ?? 'null')

export async function signIn(username: string): Promise<void> {
  sessionStorage.setItem(kept, JSON.stringify(await post('/sign-in', { username })))
}

export const signOut = (): void => sessionStorage.removeItem(kept)

export const learners = async (): Promise<string[]> => (await fetch('/learners')).json()

/** What Clerk's getToken() does: the token at hand, or a fresh one shortly before it ends. */
export function tokensOf({ sessionId }: Session): () => Promise<string> {
  let token: Promise<string> | undefined
  let until = 0
  return () => {
    if (token && Date.now() < until) return token
    until = Date.now() + 45_000
    token = post<{ token: string }>('/token', { sessionId }).then((answer) => answer.token)
    token.catch(() => {
      until = 0
    })
    return token
  }
}

async function post<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}
