import { badInput, type InvalidField } from '@puchi/platform/errors'

export type Theme = 'SYSTEM' | 'LIGHT' | 'DARK'
const locales = ['en', 'zh', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'ru', 'vi'] as const
export type Locale = (typeof locales)[number]
export type Preferences = { theme: Theme; locale: Locale; timezone: string; dailyGoalMinutes: number }

/** What a client sends: an absent field stays, and none can be cleared. */
export type PreferencesInput = { [K in keyof Preferences]?: Preferences[K] | null | undefined }

export const defaultPreferences: Preferences = {
  theme: 'SYSTEM',
  locale: 'vi',
  timezone: 'Asia/Ho_Chi_Minh',
  dailyGoalMinutes: 30,
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

/** The given fields, checked. Throws BAD_USER_INPUT that names each one that breaks a rule. */
export function checkedPreferences(input: PreferencesInput): Partial<Preferences> {
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  const faults: InvalidField[] = given
    .filter(([, value]) => value === null)
    .map(([field]) => ({ field, message: 'cannot be cleared' }))
  const { timezone, dailyGoalMinutes } = input
  if (typeof timezone === 'string' && !isTimeZone(timezone))
    faults.push({ field: 'timezone', message: 'must be an IANA time zone, such as Asia/Ho_Chi_Minh' })
  if (typeof dailyGoalMinutes === 'number' && !(dailyGoalMinutes >= 1 && dailyGoalMinutes <= 1440))
    faults.push({ field: 'dailyGoalMinutes', message: 'must be 1 to 1440' })
  if (faults.length > 0) throw badInput(...faults)
  return Object.fromEntries(given)
}
