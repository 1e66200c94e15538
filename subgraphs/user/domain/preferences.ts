import { badInput, type InvalidField } from '@puchi/platform/errors'

export type Theme = 'SYSTEM' | 'LIGHT' | 'DARK'
const locales = ['en', 'zh', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'ru', 'vi'] as const
export type Locale = (typeof locales)[number]
/** A time of day without messages, `22:00` to `07:00`. */
export type QuietHours = { from: string; to: string }

export type Privacy = {
  /** Whether others see more than username and avatar. */
  profilePublic: boolean
  findableByUsername: boolean
  /** Whether others see what was learned when, and whose score it is on a leaderboard. */
  shareActivity: boolean
}

export type Preferences = Privacy & {
  theme: Theme
  locale: Locale
  timezone: string
  dailyGoalMinutes: number
  reminderTime: string
  soundEffects: boolean
  animations: boolean
  motivationalMessages: boolean
  listeningExercises: boolean
  push: boolean
  email: boolean
  streakReminder: boolean
  friendActivity: boolean
  promotions: boolean
  quietHours: QuietHours | null
}

/** What a client sends: an absent field stays, and only the quiet hours can be cleared. */
export type PreferencesInput = { [K in keyof Preferences]?: Preferences[K] | null | undefined }

export const defaultPreferences: Preferences = {
  theme: 'SYSTEM',
  locale: 'vi',
  timezone: 'Asia/Ho_Chi_Minh',
  dailyGoalMinutes: 30,
  reminderTime: '19:00',
  soundEffects: true,
  animations: true,
  motivationalMessages: true,
  listeningExercises: true,
  profilePublic: false,
  findableByUsername: true,
  shareActivity: true,
  push: true,
  email: false,
  streakReminder: true,
  friendActivity: true,
  promotions: false,
  quietHours: null,
}

export const isLocale = (text: string): text is Locale => (locales as readonly string[]).includes(text)

/** Whether a name is an IANA time zone, `Asia/Ho_Chi_Minh`; offsets such as `+07:00` are none. */
export function isTimeZone(name: string): boolean {
  if (name.length > 64 || !/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null
  } catch {
    return false
  }
}

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text)

const checks: { [K in keyof Preferences]?: (value: NonNullable<Preferences[K]>) => string | null } = {
  timezone: (name) => (isTimeZone(name) ? null : 'must be an IANA time zone, such as Asia/Ho_Chi_Minh'),
  dailyGoalMinutes: (minutes) => (minutes >= 1 && minutes <= 1440 ? null : 'must be 1 to 1440'),
  reminderTime: (time) => (isTime(time) ? null : 'must be a time of day, such as 19:00'),
  quietHours: ({ from, to }) =>
    isTime(from) && isTime(to) && from !== to ? null : 'must be two times of day, such as 22:00 and 07:00',
}

function faultOf<K extends keyof Preferences>(field: K, value: Preferences[K] | null): InvalidField[] {
  if (value === null) return field === 'quietHours' ? [] : [{ field, message: 'cannot be cleared' }]
  const message = checks[field]?.(value)
  return message ? [{ field, message }] : []
}

/** The given fields, checked. Throws BAD_USER_INPUT that names each one that breaks a rule. */
export function checkedPreferences(input: PreferencesInput): Partial<Preferences> {
  const fields = Object.keys(defaultPreferences) as (keyof Preferences)[]
  const given = fields.filter((field) => input[field] !== undefined)
  const faults = given.flatMap((field) => faultOf(field, input[field] ?? null))
  if (faults.length > 0) throw badInput(...faults)
  return Object.fromEntries(given.map((field) => [field, input[field]]))
}

/** What a guest chose wins only over defaults: the fields that it wins. */
export function guestWins(own: Preferences, guest: Partial<Preferences>): Partial<Preferences> {
  const fields = Object.keys(guest) as (keyof Preferences)[]
  const won = fields.filter(
    (field) => own[field] === defaultPreferences[field] && guest[field] !== defaultPreferences[field],
  )
  return Object.fromEntries(won.map((field) => [field, guest[field]]))
}
