import { type Learner, type Learners, newLearner } from './learner.ts'
import { isLocale } from './preferences.ts'
import { profileUpdated } from './profile.ts'
import { freeUsername } from './username.ts'

/** A user's account as auth tells of it; null is what is not known yet. */
export type Account = { userId: string; locale: string | null; usernameBase: string | null }

/**
 * Makes a learner of a user that auth has seen, with a username made of the base, and the language of the account for
 * one who is new. What the learner has chosen already stays.
 */
export async function welcomeAccount(learners: Learners, account: Account): Promise<Learner> {
  const { userId: id, usernameBase } = account
  const [known] = await learners.byIds([id])
  const username = usernameBase && !known?.username ? await freeUsername(learners, usernameBase) : undefined
  return learners.change(id, (before) => {
    const learner = before ?? newAccount(account)
    if (!username || learner.username) return { learner, happened: [] }
    const named = { ...learner, username }
    return { learner: named, happened: [profileUpdated(named)] }
  })
}

function newAccount({ userId: id, locale }: Account): Learner {
  const learner = newLearner(id)
  const language = locale?.slice(0, 2) ?? ''
  return isLocale(language)
    ? { ...learner, preferences: { ...learner.preferences, locale: language } }
    : learner
}
