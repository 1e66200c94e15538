export type IdentityUser = {
  id: string
  username: string
  email: string
  firstName: string
  lastName: string
  locale?: string
}

/** A user as the Backend API writes them. https://clerk.com/docs/reference/backend-api */
export type UserJson = Record<string, unknown> & { id: string; created_at: number; username: string }

/** Who is asked for; what is undefined asks for everybody. */
export type UserQuery = {
  ids?: string[]
  usernames?: string[]
  emails?: string[]
  /** Part of an id, a name, a username or an e-mail. */
  text?: string
}

export type Users = {
  add(user: IdentityUser): UserJson
  byId(id: string): UserJson | undefined
  /** Bars the user from signing in, or lets them in again. */
  setBanned(id: string, banned: boolean): UserJson | undefined
  /** False where there is no such user. */
  remove(id: string): boolean
  /** Newest first. */
  find(query: UserQuery): UserJson[]
}

// Everybody joined a minute after the one before: an order that tests can rely on.
const opened = Date.UTC(2026, 8, 2)

type Kept = IdentityUser & { joined: number; updated: number; banned: boolean }

export function usersOf(given: readonly IdentityUser[]): Users {
  const kept = new Map<string, Kept>()
  const keep = (user: Kept): UserJson => {
    kept.set(user.id, user)
    return userJson(user)
  }
  const add = (user: IdentityUser) => {
    const joined = opened + kept.size * 60_000
    return keep({ joined, updated: joined, banned: false, ...user })
  }
  given.forEach(add)
  return {
    add,
    byId(id) {
      const user = kept.get(id)
      return user && userJson(user)
    },
    setBanned(id, banned) {
      const user = kept.get(id)
      return user && keep({ ...user, banned, updated: Date.now() })
    },
    remove: (id) => kept.delete(id),
    find: (query) =>
      [...kept.values()]
        .filter((user) => fits(user, query))
        .sort((one, other) => other.joined - one.joined)
        .map(userJson),
  }
}

function fits(user: IdentityUser, { ids, usernames, emails, text }: UserQuery): boolean {
  const all = [user.id, user.username, user.email, user.firstName, user.lastName].join('\n').toLowerCase()
  return (
    (!ids || ids.includes(user.id)) &&
    (!usernames || usernames.includes(user.username)) &&
    (!emails || emails.includes(user.email)) &&
    (!text || all.includes(text.toLowerCase()))
  )
}

const untouched = {
  object: 'user',
  external_id: null,
  primary_phone_number_id: null,
  primary_web3_wallet_id: null,
  image_url: 'https://img.clerk.com/preview.png',
  has_image: false,
  public_metadata: {},
  private_metadata: {},
  unsafe_metadata: {},
  phone_numbers: [],
  web3_wallets: [],
  passkeys: [],
  external_accounts: [],
  saml_accounts: [],
  enterprise_accounts: [],
  password_enabled: true,
  two_factor_enabled: false,
  totp_enabled: false,
  backup_code_enabled: false,
  mfa_enabled_at: null,
  mfa_disabled_at: null,
  password_last_updated_at: null,
  locked: false,
  deprovisioned: false,
  lockout_expires_in_seconds: null,
  verification_attempts_remaining: 100,
  delete_self_enabled: true,
  create_organization_enabled: false,
  create_organizations_limit: null,
  last_sign_in_at: null,
  last_active_at: null,
  legal_accepted_at: null,
}

function userJson(user: Kept): UserJson {
  const email = emailJson(user.id, user.email, user.joined)
  return {
    ...untouched,
    id: user.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    locale: user.locale ?? 'vi',
    banned: user.banned,
    primary_email_address_id: email.id,
    email_addresses: [email],
    created_at: user.joined,
    updated_at: user.updated,
  }
}

const emailJson = (userId: string, address: string, joined: number) => ({
  object: 'email_address',
  id: userId.replace(/^user_/, 'idn_'),
  email_address: address,
  reserved: false,
  verification: {
    object: 'verification_otp',
    status: 'verified',
    strategy: 'email_code',
    attempts: 1,
    expire_at: joined + 600_000,
  },
  linked_to: [], // Clerk's SDK throws where it is absent
  created_at: joined,
  updated_at: joined,
})
