import { badInput, type InvalidField } from '@puchi/platform/errors'
import type { Happening } from './happening.ts'
import { type Learner, type Learners, newLearner, UsernameInUse } from './learner.ts'
import { asUsername, isUsername, usernameTaken } from './username.ts'

export type Profile = Pick<Learner, 'username' | 'firstName' | 'lastName' | 'avatarUrl' | 'bio'>

/** What a client sends: null clears, an absent field stays. */
export type ProfileInput = { [K in keyof Profile]?: Profile[K] | undefined }

const mostOf = { firstName: 50, lastName: 50, bio: 500 } as const
const longestUrl = 2048

// Characters that move or hide text: a name could pass for another one. Joiners and variants belong to scripts and emoji.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}]|(?!\u200c|\u200d|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}/u
const visible = /[^\s\p{Default_Ignorable_Code_Point}]/u

type Checked = { value: string } | { fault: string }

/** Trimmed and NFC-normalised text of at most `most` code points. */
export function checkedText(text: string, most: number, isName: boolean): Checked {
  // NFC makes at most four code points one, of two units each: what is longer stays too long in any form.
  if (text.length > most * 8) return { fault: `must have at most ${most} characters` }
  const value = text.normalize('NFC').trim()
  if (!visible.test(value)) return { fault: 'must not be empty; null clears it' }
  if ([...value].length > most) return { fault: `must have at most ${most} characters` }
  if (isName && unprintable.test(value)) return { fault: 'must be printable text' }
  return { value }
}

/** An https address without a password in it. */
function checkedUrl(text: string): Checked {
  const fault = { fault: `must be an https address of at most ${longestUrl} characters` }
  const url = text.length > longestUrl ? null : URL.parse(text)
  const fits = url?.protocol === 'https:' && !url.username && !url.password && url.href.length <= longestUrl
  return fits ? { value: url.href } : fault
}

/** A username in lower case. */
function checkedUsername(text: string): Checked {
  const value = asUsername(text)
  return isUsername(value) ? { value } : { fault: 'must be 3 to 30 of a-z 0-9 _ -' }
}

const checks: Record<keyof Profile, (text: string) => Checked> = {
  username: checkedUsername,
  firstName: (text) => checkedText(text, mostOf.firstName, true),
  lastName: (text) => checkedText(text, mostOf.lastName, true),
  bio: (text) => checkedText(text, mostOf.bio, false),
  avatarUrl: checkedUrl,
}

const cleared = (field: keyof Profile) =>
  field === 'username' ? { fault: 'cannot be cleared' } : { value: null }

/** The given fields as they are kept. Throws BAD_USER_INPUT that names each one that breaks a rule. */
export function checkedProfile(input: ProfileInput): Partial<Profile> {
  const faults: InvalidField[] = []
  const kept: Partial<Profile> = {}
  for (const field of Object.keys(checks) as (keyof Profile)[]) {
    const text = input[field]
    if (text === undefined) continue
    const checked = text === null ? cleared(field) : checks[field](text)
    if ('fault' in checked) faults.push({ field, message: checked.fault })
    else kept[field] = checked.value
  }
  if (faults.length > 0) throw badInput(...faults)
  return kept
}

export const profileUpdated = ({ username, firstName, lastName, avatarUrl, bio }: Profile): Happening => ({
  type: 'user.profile.updated',
  username,
  firstName,
  lastName,
  avatarUrl,
  bio,
})

/** Throws USERNAME_TAKEN with a free suggestion where another learner has the wanted username. */
export async function updateProfile(learners: Learners, id: string, input: ProfileInput): Promise<Learner> {
  const given = checkedProfile(input)
  const changed = learners.change(id, (before) => {
    const learner = { ...(before ?? newLearner(id)), ...given }
    return { learner, happened: Object.keys(given).length > 0 ? [profileUpdated(learner)] : [] }
  })
  return changed.catch(async (error: unknown) => {
    throw error instanceof UsernameInUse ? await usernameTaken(learners, given.username ?? '') : error
  })
}

/** Null clears the avatar, and so does nothing given. Throws BAD_USER_INPUT that names `url`. */
export function setAvatar(learners: Learners, id: string, url: string | null | undefined): Promise<Learner> {
  const checked = url ? checkedUrl(url) : { value: null }
  if ('fault' in checked) throw badInput({ field: 'url', message: checked.fault })
  return updateProfile(learners, id, { avatarUrl: checked.value })
}
