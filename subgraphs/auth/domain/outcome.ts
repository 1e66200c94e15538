/** Who acts, and from where. Null: the system itself. */
export type By = {
  userId: string | null
  sessionId: string | null
  ip: string | null
  userAgent: string | null
  /** What is said once and delivered several times: of deliveries with one id the first alone counts. */
  delivery?: string
}

/** Somebody who is signed in. */
export type Own = By & { userId: string; sessionId: string }

/** Thrown where a delivery was applied before. */
export class AppliedBefore extends Error {
  override readonly name = 'AppliedBefore'
}

export const bySystem: By = { userId: null, sessionId: null, ip: null, userAgent: null }

const actions = [
  'user.register',
  'user.suspend',
  'user.reinstate',
  'user.delete',
  'auth.login',
  'auth.logout',
  'auth.logout_all',
  'auth.refresh',
  'auth.refresh.reuse',
  'auth.session.revoke',
  'role.grant',
  'role.revoke',
  'role.create',
  'role.delete',
  'role.permissions',
  'access.denied',
] as const
export type Action = (typeof actions)[number]

/** One line of the audit log. Never a secret, a token or an e-mail address. */
export type Entry = {
  action: Action
  resource: 'user' | 'session' | 'role' | 'field'
  resourceId: string
  metadata?: Record<string, string | number | boolean>
}

/** What other services are told. */
export type Happened =
  | { type: 'user.created' | 'user.updated' | 'user.suspended' | 'user.deleted'; userId: string }
  | { type: 'session.created' | 'session.revoked'; userId: string; sessionId: string }
  | { type: 'role.granted' | 'role.revoked'; userId: string; role: string; permissionVersion: number }

/** What is kept beside the new state, in the same transaction. */
export type Outcome = {
  happened?: readonly Happened[]
  audit?: readonly Entry[]
  /** Runs before the transaction is committed; what it throws undoes everything. */
  meanwhile?: () => Promise<void>
}
