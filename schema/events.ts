import { type output, type ZodType, z } from 'zod'

/** Every event is about a user, whose id is its aggregate: events of one user keep their order. */
type Data = ZodType<{ userId: string }>

/** One kind of event: its routing key and what it carries. `older` reads what earlier versions carried. */
export type EventKind<S extends Data = Data> = {
  /** `<service>.<thing>.<past>`, the routing key. */
  key: string
  /** Rises with every change that breaks a reader; CI fails one that does not. */
  version: number
  description: string
  /** The services whose durable queues take it; none: it is for whoever listens at the moment. */
  readers: readonly string[]
  data: S
  /** The contracts of earlier versions, each transformed to today's data; for messages still on their way. */
  older?: Record<number, ZodType<output<S>>>
}

const kind = <S extends Data>(
  key: string,
  description: string,
  data: S,
  readers: readonly string[] = [],
): EventKind<S> => ({ key, version: 1, description, data, readers })

const text = z.string().min(1).max(2_048)
const locale = z.string().min(2).max(35).nullable().describe('The language that Clerk knows of; null: none.')
const usernameBase = z
  .string()
  .regex(/^[a-z0-9_-]{3,30}$/)
  .nullable()
  .describe("What a username may be made of; null until the user's details are known. Never an e-mail.")
const count = z.int().min(0)
const about = <S extends z.ZodRawShape>(shape: S) =>
  z.object({ userId: z.string().regex(/^user_\w{1,64}$/), ...shape })

export const userCreated = kind(
  'auth.user.created',
  'A user was seen for the first time.',
  about({ locale, usernameBase }),
  ['user'],
)

export const userUpdated = kind(
  'auth.user.updated',
  "A user's account changed; carries it as it stands now, so that it may be the first event read of a user.",
  about({ locale, usernameBase, status: z.enum(['ACTIVE', 'SUSPENDED']) }),
  ['user'],
)

export const userDeleted = kind(
  'auth.user.deleted',
  'A user is gone for good: whatever arrives later about the account is void.',
  about({}),
  ['user'],
)

export const userSuspended = kind('auth.user.suspended', 'A user may not act any more.', about({}))

const session = { sessionId: z.string().regex(/^sess_\w{1,64}$/) }

export const sessionCreated = kind('auth.session.created', 'A user signed in on a device.', about(session))

export const sessionRevoked = kind(
  'auth.session.revoked',
  'A session ended before its time; its tokens are void.',
  about(session),
)

const grant = { role: z.string().regex(/^[a-z][a-z0-9_-]{1,49}$/), permissionVersion: count }

export const roleGranted = kind('auth.role.granted', 'A user got a role.', about(grant))

export const roleRevoked = kind('auth.role.revoked', 'A user lost a role.', about(grant))

export const accessDenied = kind(
  'access.denied',
  'A signed-in user asked for what a permission guards; at most one event per user, field and minute.',
  about({
    sessionId: session.sessionId.nullable(),
    field: z
      .string()
      .regex(/^\w{1,200}\.\w{1,200}$/)
      .describe('The coordinate, `User.email`.'),
  }),
  ['auth'],
)

export const profileUpdated = kind(
  'user.profile.updated',
  "A learner's profile changed; carries it as it stands now.",
  about({
    username: text.nullable(),
    firstName: text.nullable(),
    lastName: text.nullable(),
    avatarUrl: text.nullable(),
    bio: text.nullable(),
  }),
)

export const preferencesUpdated = kind(
  'user.preferences.updated',
  "A learner's preferences changed; carries them as they stand now.",
  about({
    theme: z.enum(['SYSTEM', 'LIGHT', 'DARK']),
    locale: text,
    timezone: text.describe('An IANA name, `Asia/Ho_Chi_Minh`.'),
    dailyGoalMinutes: count,
  }),
)

export const followed = kind(
  'user.followed',
  'A learner began to follow another one.',
  about({ followedId: text }),
)

export const progressUpdated = kind(
  'user.progress.updated',
  "A learner's progress in a lesson rose.",
  about({
    lessonId: text,
    status: z.enum(['NOT_STARTED', 'IN_PROGRESS', 'COMPLETED']),
    percent: count.max(100),
  }),
)

export const xpAwarded = kind(
  'user.xp.awarded',
  'A learner was awarded XP.',
  about({
    lessonId: text.nullable(),
    amount: count,
    totalXp: count.describe('All XP, this award included.'),
  }),
)

export const levelReached = kind(
  'user.level.reached',
  'A learner reached a level.',
  about({ level: count.min(1) }),
)

export const streakExtended = kind(
  'user.streak.extended',
  "A learner's streak grew by a day of the learner's own time zone.",
  about({ currentStreak: count, longestStreak: count }),
)

export const achievementUnlocked = kind(
  'user.achievement.unlocked',
  'A learner unlocked an achievement.',
  about({ code: text }),
)

/** Every kind of event there is. */
export const eventKinds: readonly EventKind[] = [
  userCreated,
  userUpdated,
  userDeleted,
  userSuspended,
  sessionCreated,
  sessionRevoked,
  roleGranted,
  roleRevoked,
  accessDenied,
  profileUpdated,
  preferencesUpdated,
  followed,
  progressUpdated,
  xpAwarded,
  levelReached,
  streakExtended,
  achievementUnlocked,
]

/** The routing keys that a service's durable queue takes. */
export const keysReadBy = (service: string): string[] =>
  eventKinds.filter(({ readers }) => readers.includes(service)).map(({ key }) => key)

/** The routing keys of all that a service says of a user, which together have versions without a gap. */
export const keysOf = (service: string): string[] =>
  eventKinds.map(({ key }) => key).filter((key) => key.startsWith(`${service}.`))

/** The routing keys that no service's durable queue takes. */
export const unclaimedKeys = (): string[] =>
  eventKinds.filter(({ readers }) => readers.length === 0).map(({ key }) => key)
