import type { Answered } from '../harness/ask.ts'
import { asOwner } from '../harness/auth-database.ts'
import { clerkOf, sessionOf } from '../harness/session.ts'
import { type Stack, startStack } from '../harness/stack.ts'
import { until } from '../harness/until.ts'
import type { Asking, Person } from './law.ts'

/** Whoever asks, by what they are. */
export const askers = {
  anonymous: null,
  learner: { userId: 'user_puchiuser', permissions: [] },
  'who manages accounts': { userId: 'user_linhvo', permissions: ['admin:users'] },
  'who manages roles': { userId: 'user_quangdo', permissions: ['admin:roles'] },
  admin: { userId: 'user_puchiadmin', permissions: ['admin:users', 'admin:roles'] },
} as const satisfies Record<string, Asking>
export type Asker = keyof typeof askers

const person = (name: string, profilePublic: boolean, shareActivity: boolean, findable = true): Person => ({
  id: `user_${name}`,
  profilePublic,
  shareActivity,
  findable,
})

/** Whoever is asked about: what they show differs. */
export const people: Person[] = [
  person('puchiuser', false, true),
  person('tuanbui', false, false),
  person('minhnguyen', true, true),
  person('anpham', true, false),
  person('thutran', true, true, false),
  person('linhvo', true, true),
  person('quangdo', false, true),
  person('puchiadmin', true, true),
]

export type Cast = Awaited<ReturnType<typeof startCast>>

// One request asks for all that there is, as no client does.
const wide = {
  LIMIT_TOKENS: '100000',
  LIMIT_DEPTH: '40',
  LIMIT_FIELDS: '100000',
  LIMIT_COST: '1000000000',
  LIMIT_BODY_BYTES: '1000000',
  MUTATIONS_PER_MINUTE: '10000',
}

/** The whole stack with everybody signed in and everything told, so that there is something to see in each field. */
export async function startCast() {
  const stack = await startStack(wide)
  const sessions = new Map<string, { id: string }>()
  const refreshTokens = new Map<string, string>()
  const tokenOf = async (userId: string): Promise<string> => {
    const session = sessions.get(userId) ?? (await sessionOf(stack, userId.slice(5)))
    sessions.set(userId, session)
    return (await clerkOf(stack).sessions.getToken(session.id)).jwt
  }
  const askAs = async (userId: string | null, query: string): Promise<Answered> =>
    stack.ask(query, userId === null ? {} : { token: await tokenOf(userId) })

  await tellEverything(stack)
  for (const { id } of people) {
    const { body } = await askAs(id, 'mutation { login { refreshToken session { id } } }')
    refreshTokens.set(id, body.data.login.refreshToken)
  }
  for (const [role, { userId, permissions }] of [
    ['account-clerk', askers['who manages accounts']],
    ['role-clerk', askers['who manages roles']],
  ] as const) {
    const input = `{ name: "${role}", permissions: ["${permissions[0]}"] }`
    await askAs(askers.admin.userId, `mutation { createRole(input: ${input}) { role { name } } }`)
    await askAs(
      askers.admin.userId,
      `mutation { assignRole(userId: "${userId}", role: "${role}") { user { id } } }`,
    )
    const probe =
      permissions[0] === 'admin:users' ? '{ users { pageInfo { hasNextPage } } }' : '{ roles { name } }'
    await until(`${userId} may`, async () => !(await askAs(userId, probe)).body.errors)
  }
  return {
    stack,
    askAs,
    tokenOf,
    sessionOf: (userId: string) => sessions.get(userId)?.id ?? '',
    /** One more session of somebody, recorded here. */
    async anotherSession(userId: string): Promise<string> {
      const { id, token } = await sessionOf(stack, userId.slice(5))
      await stack.ask('mutation { login { session { id } } }', { token })
      return id
    },
    refreshTokenOf: (userId: string) => refreshTokens.get(userId) ?? '',
    close: stack.close,
  }
}

async function tellEverything({ databases }: Stack): Promise<void> {
  const [auth = '', user = ''] = [databases['auth'], databases['user']]
  await asOwner(
    auth,
    `UPDATE users SET locale = 'vi', linked_accounts = '{google}', last_sign_in_at = now(), email_verified = true`,
  )
  await asOwner(
    user,
    `UPDATE learners SET bio = 'Hello', avatar_url = 'https://a.example/' || username, age_range = 'AGE_18_24',
       how_heard = 'x', why_learn = 'y', level = 'BEGINNER', onboarded_at = now()`,
  )
  await asOwner(user, `UPDATE preferences SET quiet_from = '22:00', quiet_to = '07:00'`)
  for (const { id, profilePublic, shareActivity, findable } of people)
    await asOwner(
      user,
      'UPDATE preferences SET profile_public = $2, share_activity = $3, findable_by_username = $4 WHERE learner_id = $1',
      [id, profilePublic, shareActivity, findable],
    )
}
