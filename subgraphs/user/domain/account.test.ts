import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnersInMemory } from '../../../tests/harness/learners.ts'
import { welcomeAccount } from './account.ts'
import { newLearner } from './learner.ts'

const lan = { userId: 'user_lan', locale: null, usernameBase: null }

test('a user that auth has seen is a learner, with a username as soon as it is known what to make it of', async () => {
  const learners = learnersInMemory()
  assert.equal((await welcomeAccount(learners, lan)).username, null)
  assert.deepEqual(learners.happened, [])
  assert.equal((await welcomeAccount(learners, { ...lan, usernameBase: 'lan' })).username, 'lan')
  const profile = { username: 'lan', firstName: null, lastName: null, avatarUrl: null, bio: null }
  assert.deepEqual(learners.happened, [{ type: 'user.profile.updated', ...profile }])
})

test('a taken username gets the next free ending', async () => {
  const learners = learnersInMemory({ ...newLearner('user_other'), username: 'lan' })
  assert.equal((await welcomeAccount(learners, { ...lan, usernameBase: 'lan' })).username, 'lan-2')
})

test('what a learner has chosen stays', async () => {
  const learners = learnersInMemory({ ...newLearner('user_lan'), username: 'mine' })
  const learner = await welcomeAccount(learners, { userId: 'user_lan', locale: 'ja', usernameBase: 'lan' })
  assert.deepEqual([learner.username, learner.preferences.locale], ['mine', 'vi'])
})

test('a new learner begins in the language of the account, where Puchi speaks it', async () => {
  const localeOf = async (userId: string, locale: string) =>
    (await welcomeAccount(learnersInMemory(), { ...lan, userId, locale })).preferences.locale
  assert.equal(await localeOf('user_a', 'ja-JP'), 'ja')
  assert.equal(await localeOf('user_b', 'pt-BR'), 'vi')
})
