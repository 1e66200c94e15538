import { Refusal } from '@puchi/platform/errors'
import type { Learner, Learners } from './learner.ts'
import { findableBy } from './privacy.ts'

const longest = 30

export const isUsername = (text: string): boolean => text.length <= longest && /^[a-z0-9_-]{3,30}$/.test(text)

/** How usernames are compared and kept. */
export const asUsername = (text: string): string => text.slice(0, 1_000).toLowerCase()

// -2 … -20 and then ever wider, so that one statement finds a free one however many are taken.
const endings = [
  ...Array.from({ length: 19 }, (_, i) => i + 2),
  ...Array.from({ length: 8 }, (_, i) => 10 ** (i + 2)),
]

/** `an-2`, `an-3` …: what to try when `an` is taken, the best first, none longer than 30. */
export const alternatives = (username: string): string[] =>
  endings.map((number) => {
    const ending = `-${number}`
    return `${username.slice(0, longest - ending.length)}${ending}`
  })

/** The first free one of a username and its alternatives; undefined where every one is taken. */
export async function freeUsername(learners: Learners, base: string): Promise<string | undefined> {
  const wanted = [base, ...alternatives(base)]
  const taken = await learners.taken(wanted)
  return wanted.find((username) => !taken.has(username))
}

/** The refusal of a username that somebody has, with one that is free. */
export async function usernameTaken(learners: Learners, username: string): Promise<Refusal> {
  const suggestion = await freeUsername(learners, username)
  return new Refusal(
    'USERNAME_TAKEN',
    'Somebody has that username.',
    suggestion === undefined ? {} : { suggestion },
  )
}

/** The learner of a username in any case of letters, where they may be found by it. */
export async function byUsername(
  learners: Learners,
  viewerId: string | undefined,
  text: string,
): Promise<Learner | null> {
  const username = asUsername(text)
  const learner = isUsername(username) ? await learners.byUsername(username) : null
  return learner && findableBy(viewerId, learner) ? learner : null
}
