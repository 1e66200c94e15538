import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '@puchi/platform/log'
import { user, usersInMemory } from '../../../tests/harness/users.ts'
import type { Details } from '../domain/user.ts'
import { createFirstSight } from './first-sight.ts'

const log = createLog('auth', 'silent')
const known = {
  email: 'lan@example.com',
  emailVerified: true,
  locale: null,
  linkedAccounts: [],
  asOf: new Date(0),
}
const details: Details = { ...known, banned: false }

test('a request waits for the row and never for Clerk; closing waits for both', async () => {
  const users = usersInMemory()
  const { promise, resolve } = Promise.withResolvers<Details>()
  const firstSight = createFirstSight({ users, directory: { detailsOf: () => promise }, log })
  await firstSight.see('user_lan')
  assert.deepEqual(users.get('user_lan')?.details, null)
  resolve(details)
  await firstSight.close()
  assert.deepEqual(users.get('user_lan')?.details, known)
})

test('a user seen already costs nothing', async () => {
  const users = usersInMemory()
  let asked = 0
  const directory = {
    detailsOf: async () => {
      asked += 1
      return details
    },
  }
  let changes = 0
  const counting: typeof users = {
    ...users,
    change: (...change) => {
      changes += 1
      return users.change(...change)
    },
  }
  const firstSight = createFirstSight({ users: counting, directory, log })
  for (let i = 0; i < 5; i += 1) await firstSight.see('user_lan')
  await firstSight.close()
  assert.deepEqual([asked, changes], [1, 2])
})

test('while Clerk is away a later sight asks again', async () => {
  const users = usersInMemory()
  let asked = 0
  const directory = {
    detailsOf: async () => {
      asked += 1
      if (asked === 1) throw new Error('away')
      return details
    },
  }
  const firstSight = createFirstSight({ users, directory, log, retryAfter: 1 })
  while (users.get('user_lan')?.details == null) {
    await firstSight.see('user_lan')
    await new Promise(setImmediate)
  }
  assert.equal(asked, 2)
})

test('nobody asks Clerk about a deleted user', async () => {
  const users = usersInMemory({ ...user('user_lan'), status: 'DELETED', details: null })
  const directory = { detailsOf: () => assert.fail('asked') }
  const firstSight = createFirstSight({ users, directory, log })
  await firstSight.see('user_lan')
  await firstSight.close()
})
