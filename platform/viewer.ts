import { Refusal } from './errors.ts'

/** Who is asking, as a verified session token says it. Null stands for an anonymous visitor. */
export type Viewer = {
  /** Clerk's user id, the token's `sub`. */
  userId: string
  /** Clerk's session id, the token's `sid`. */
  sessionId: string
}

export function signedIn(viewer: Viewer | null): Viewer {
  if (!viewer) throw new Refusal('UNAUTHENTICATED', 'Sign in first.')
  return viewer
}
