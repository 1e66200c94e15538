import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usersInMemory } from '../../../tests/harness/users.ts'
import { accountFor } from './account.ts'
import { type Directory, isUserId, learnDetails, type User, welcome } from './user.ts'
import { usernameBase } from './username-base.ts'

const details = { email: 'lan@example.com', emailVerified: true, locale: 'vi' }
const clerk: Directory = { detailsOf: async () => details }
const lan: User = { id: 'user_lan', status: 'ACTIVE', details, roles: ['admin', 'user'] }
const gone: User = { id: 'user_lan', status: 'DELETED', details: null, roles: [] }

test('a user seen for the first time may do what everybody may, and has no details yet', async () => {
  assert.deepEqual(await welcome(usersInMemory(), 'user_lan'), {
    id: 'user_lan',
    status: 'ACTIVE',
    details: null,
    roles: ['user'],
  })
})

test('a known user is welcomed without a change', async () => {
  assert.equal(await welcome(usersInMemory(lan), 'user_lan'), lan)
})

test('a deleted user stays deleted, whoever comes first', async () => {
  const users = usersInMemory(gone)
  await welcome(users, 'user_lan')
  await learnDetails(users, clerk, 'user_lan')
  assert.equal(users.get('user_lan'), gone)
})

test('the others are told of a new user at once, and of the details when they are known, never an e-mail', async () => {
  const users = usersInMemory()
  await welcome(users, 'user_lan')
  await welcome(users, 'user_lan')
  await learnDetails(users, clerk, 'user_lan')
  assert.deepEqual(users.told, [
    { what: 'created', userId: 'user_lan', locale: null, usernameBase: null },
    { what: 'updated', userId: 'user_lan', status: 'ACTIVE', locale: 'vi', usernameBase: 'lan' },
  ])
})

test('details come from Clerk, and nothing is kept of a user it does not know', async () => {
  const users = usersInMemory()
  await learnDetails(users, { detailsOf: async () => null }, 'user_lan')
  assert.equal(users.get('user_lan'), undefined)
  await learnDetails(users, clerk, 'user_lan')
  assert.deepEqual(users.get('user_lan')?.details, details)
})

test('an account is seen by its owner alone', () => {
  const hidden = { id: 'user_lan', email: null, emailVerified: null, status: null, roles: null }
  assert.deepEqual(accountFor('user_an', 'user_lan', lan), hidden)
  assert.deepEqual(accountFor(undefined, 'user_lan', lan), hidden)
  assert.deepEqual(accountFor('user_lan', 'user_lan', null), hidden)
  assert.deepEqual(accountFor('user_lan', 'user_lan', lan), {
    id: 'user_lan',
    email: 'lan@example.com',
    emailVerified: true,
    status: 'ACTIVE',
    roles: ['admin', 'user'],
  })
})

test('an id that would be another path of Clerk is no id', () => {
  for (const good of ['user_2abcDEF', 'user_minhnguyen']) assert(isUserId(good), good)
  for (const bad of [
    '',
    'user_',
    'user_a/b',
    'user_a?b',
    'user_..',
    'sess_a',
    'user_a\n',
    `user_${'a'.repeat(65)}`,
  ])
    assert(!isUserId(bad), bad)
})

test('a username base is made of the local part of the e-mail', () => {
  assert.equal(usernameBase('Lan.Chi+1@example.com'), 'lanchi1')
  assert.equal(usernameBase('lê@example.com'), 'puchi_user')
  assert.equal(usernameBase(''), 'puchi_user')
  assert.equal(usernameBase(`${'a'.repeat(50_000)}@example.com`), 'a'.repeat(30))
})
