import { Refusal } from '../errors.ts'

/** Who a verified session token speaks for. */
export type Identity = {
  /** Clerk's user id, the token's `sub`. */
  userId: string
  /** Clerk's session id, the token's `sid`. */
  sessionId: string
}

/** Who is asking, and what they may do. Null stands for an anonymous visitor. */
export type Viewer = Identity & {
  /** What the viewer's roles allow, `admin:users`. Empty while nobody can tell. */
  permissions: readonly string[]
  /** Of another team's users it is not known. */
  status: 'ACTIVE' | 'SUSPENDED' | 'DELETED' | 'UNKNOWN'
}

/** Where a call of a viewer came from, as the edge saw it. */
export type Client = { ip: string | null; userAgent: string | null }

/** What a client calls itself, as far as that is kept. */
export const userAgentIn = (header: string | undefined): string | null => header?.slice(0, 512) ?? null

/** Somebody of whom no more is known than the token says: may do what needs no permission. */
export const bareViewer = (identity: Identity): Viewer => ({ ...identity, permissions: [], status: 'ACTIVE' })

export function signedIn(viewer: Viewer | null): Viewer {
  if (!viewer) throw new Refusal('UNAUTHENTICATED', 'Sign in first.')
  return viewer
}

export const may = (viewer: Viewer | null, permission: string): boolean =>
  viewer?.permissions.includes(permission) ?? false
