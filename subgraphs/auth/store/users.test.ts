import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@puchi/prisma/auth'
import { databaseFor } from '../../../tests/harness/database.ts'
import { learnDetails, welcome } from '../domain/user.ts'
import { contextFor } from '../graphql/context.ts'
import { usersIn } from './users.ts'

const statements: string[] = []
const adapter = new PrismaPg(await databaseFor('auth'))
const database = new PrismaClient({ adapter, log: [{ level: 'query', emit: 'event' }] })
database.$on('query', ({ query }) => statements.push(query))
const users = usersIn(database)
after(() => database.$disconnect())

const details = { email: 'lan@example.com', emailVerified: true, locale: 'vi' }
const named = (email: string) => ({ detailsOf: async () => ({ ...details, email }) })

test('a user is kept with details and roles, and read back the same', async () => {
  await welcome(users, 'user_lan')
  await learnDetails(users, named('lan@example.com'), 'user_lan')
  const lan = { id: 'user_lan', status: 'ACTIVE', details, roles: ['user'] }
  assert.deepEqual(await users.byIds(['user_x', 'user_lan']), [null, lan])
  const roles = ['admin', 'teacher']
  await users.change('user_lan', (user) => ({ user: { ...lan, ...user, status: 'ACTIVE', roles } }))
  assert.deepEqual((await users.byIds(['user_lan']))[0]?.roles, roles)
})

test('fifty references cost one statement', async () => {
  const ids = Array.from({ length: 50 }, (_, i) => `user_${i}`)
  for (const id of ids.slice(0, 3)) await welcome(users, id)
  statements.length = 0
  const { account } = contextFor(users, null)
  const accounts = await Promise.all(ids.map(account))
  assert.equal(accounts.length, 50)
  assert.equal(statements.length, 1, statements.join('\n'))
})

test('a user seen by twenty requests at once is one user', async () => {
  await Promise.all(Array.from({ length: 20 }, () => welcome(users, 'user_many')))
  assert.deepEqual((await users.byIds(['user_many']))[0]?.roles, ['user'])
})

test('changes of one user at the same time wait for each other: none is lost', async () => {
  await welcome(users, 'user_busy')
  const grant = (role: string) =>
    users.change('user_busy', (user) => {
      assert(user)
      return { user: { ...user, roles: [...user.roles, role] } }
    })
  await Promise.all(['admin', 'student', 'teacher'].map(grant))
  assert.deepEqual((await users.byIds(['user_busy']))[0]?.roles, ['admin', 'student', 'teacher', 'user'])
})

test('a deleted user stays deleted', async () => {
  await users.change('user_gone', () => ({
    user: { id: 'user_gone', status: 'DELETED', details: null, roles: [] },
  }))
  await welcome(users, 'user_gone')
  await learnDetails(users, named('gone@example.com'), 'user_gone')
  const [gone] = await users.byIds(['user_gone'])
  assert.deepEqual(gone, { id: 'user_gone', status: 'DELETED', details: null, roles: [] })
})

test('a change that is refused leaves nothing behind', async () => {
  const refused = users.change('user_refused', () => {
    throw new Error('no')
  })
  await assert.rejects(refused, /no/)
  assert.deepEqual(await users.byIds(['user_refused']), [null])
})

test('what there is to tell lies in the outbox beside the change, and goes with it when that is undone', async () => {
  const outbox = () =>
    database.outboxEvent.findMany({ where: { aggregateId: 'user_told' }, orderBy: { position: 'asc' } })
  await welcome(users, 'user_told')
  await learnDetails(users, named('told@example.com'), 'user_told')
  const kept = await outbox()
  assert.deepEqual(
    kept.map(({ key, aggregateVersion }) => [key, aggregateVersion]),
    [
      ['auth.user.created', 1n],
      ['auth.user.updated', 2n],
    ],
  )
  assert(kept.every(({ envelope }) => !envelope.includes('@example')))
  const broken = { what: 'created' as const, userId: 'not an id', locale: null, usernameBase: null }
  const change = users.change('user_told', (user) => {
    assert(user)
    return { user: { ...user, status: 'SUSPENDED' }, happened: [broken] }
  })
  await assert.rejects(change)
  assert.equal((await users.byIds(['user_told']))[0]?.status, 'ACTIVE')
  assert.equal((await outbox()).length, 2)
})
