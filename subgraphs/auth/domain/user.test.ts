import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authInMemory, user, usersInMemory } from '../../../tests/harness/users.ts'
import { accountFor } from './account.ts'
import { type Directory, described, lacksDetails, learnDetails, welcome } from './first-sight.ts'
import { type Details, firstSeen, isUserId, type User } from './user.ts'
import { usernameBase } from './username-base.ts'

const details: Details = {
  email: 'lan@example.com',
  emailVerified: true,
  locale: 'vi',
  linkedAccounts: [],
  banned: false,
  asOf: new Date(1_000),
}
const { banned: _, ...known } = details
const clerk: Directory = { detailsOf: async () => details }
const lan = user('user_lan', 'admin')
const gone: User = { ...firstSeen('user_lan'), status: 'DELETED', roles: [] }

test('a user seen for the first time may do what everybody may, has no details yet, and is told and audited', async () => {
  const { users, told, audited } = authInMemory()
  const { roles, details, status } = await welcome(users, 'user_lan')
  assert.deepEqual([roles, details, status], [['user'], null, 'ACTIVE'])
  await welcome(users, 'user_lan')
  assert.deepEqual(told, [{ type: 'user.created', userId: 'user_lan' }])
  assert.deepEqual(audited, [
    { action: 'user.register', resource: 'user', resourceId: 'user_lan', actor: null },
  ])
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

test('details come from Clerk, and nothing is kept of a user it does not know', async () => {
  const users = usersInMemory()
  await learnDetails(users, { detailsOf: async () => null }, 'user_lan')
  assert.equal(users.get('user_lan'), undefined)
  await learnDetails(users, clerk, 'user_lan')
  assert.deepEqual(users.get('user_lan')?.details, known)
})

test('A21 of two descriptions the newer one wins, whichever comes first', () => {
  const newer = { ...details, email: 'new@example.com', asOf: new Date(2_000) }
  const inOrder = described('user_lan', described('user_lan', null, details).user, newer).user
  const outOfOrder = described('user_lan', described('user_lan', null, newer).user, details).user
  assert.deepEqual(inOrder, outOfOrder)
  assert.equal(inOrder.details?.email, 'new@example.com')
})

test('of two descriptions of one moment the later told wins', () => {
  const { user: before } = described('user_lan', null, details)
  assert.equal(described('user_lan', before, { ...details, email: 'b@x' }).user.details?.email, 'b@x')
})

test('a user whom Clerk describes before they came is registered, one known before only updated', () => {
  const created = { type: 'user.created', userId: 'user_lan' }
  const updated = { type: 'user.updated', userId: 'user_lan' }
  const first = described('user_lan', null, details)
  assert.deepEqual(first.happened, [created, updated])
  assert.deepEqual(first.audit, [{ action: 'user.register', resource: 'user', resourceId: 'user_lan' }])
  const next = described('user_lan', lan, details)
  assert.deepEqual([next.happened, next.audit, next.ends], [[updated], [], undefined])
})

test('who is suspended already is not suspended once more', () => {
  const banned = { ...details, banned: true }
  const { user: suspended } = described('user_lan', lan, banned)
  const again = described('user_lan', suspended, banned)
  assert.deepEqual(again.happened, [{ type: 'user.updated', userId: 'user_lan' }])
  assert.equal(again.ends, undefined)
})

test('details are asked for of a user who has none, unless they are deleted', () => {
  assert.deepEqual([firstSeen('user_lan'), lan, gone].map(lacksDetails), [true, false, false])
})

test('who is banned at Clerk is suspended here, and their sessions end', () => {
  const { user: after, ends, happened } = described('user_lan', lan, { ...details, banned: true })
  assert.deepEqual([after.status, ends], ['SUSPENDED', 'all'])
  assert.deepEqual(
    happened?.map(({ type }) => type),
    ['user.updated', 'user.suspended'],
  )
  assert.equal(described('user_lan', after, { ...details, asOf: new Date(2_000) }).user.status, 'ACTIVE')
})

test('an account is seen by its owner and by who manages accounts', () => {
  const seen = (userId: string | undefined, isAdmin = false, of: User | null = lan) =>
    accountFor({ userId, isAdmin }, 'user_lan', of)
  for (const hidden of [seen('user_an'), seen(undefined), seen('user_lan', false, null)])
    assert.deepEqual(
      Object.entries(hidden).filter(([, value]) => value !== null),
      [
        ['id', 'user_lan'],
        ['isOpen', false],
      ],
    )
  for (const open of [seen('user_lan'), seen('user_an', true)])
    assert.deepEqual(open, {
      id: 'user_lan',
      ...{ email: 'user_lan@example.com', emailVerified: true, locale: 'vi', linkedAccounts: ['google'] },
      ...{ status: 'ACTIVE', roles: ['admin', 'user'], permissionVersion: 0, lastSignInAt: null },
      isOpen: true,
    })
})

test('of an account that Clerk has not described yet the details are null', () => {
  const onlooker = { userId: 'user_lan', isAdmin: false }
  const { email, emailVerified, locale, linkedAccounts, isOpen } = accountFor(
    onlooker,
    'user_lan',
    firstSeen('user_lan'),
  )
  assert.deepEqual([email, emailVerified, locale, linkedAccounts, isOpen], [null, null, null, null, true])
})

test('an id that would be another path of Clerk is no id', () => {
  for (const good of ['user_2abcDEF', 'user_minhnguyen']) assert(isUserId(good), good)
  const bad = [
    '',
    'user_',
    'xuser_a',
    'user_a/b',
    'user_a?b',
    'user_..',
    'sess_a',
    'user_a\n',
    `user_${'a'.repeat(65)}`,
  ]
  for (const text of bad) assert(!isUserId(text), text)
})

test('a username base is made of the local part of the e-mail', () => {
  assert.equal(usernameBase('Lan.Chi+1@example.com'), 'lanchi1')
  assert.equal(usernameBase('lan@example.com'), 'lan')
  assert.equal(usernameBase('lê@example.com'), 'puchi_user')
  assert.equal(usernameBase(''), 'puchi_user')
  assert.equal(usernameBase(`${'a'.repeat(50_000)}@example.com`), 'a'.repeat(30))
})
