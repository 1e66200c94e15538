import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { tellUsers } from '@puchi/auth/commands/users-tell'
import { asOwner } from './harness/auth-database.ts'
import { type Stack, startStack } from './harness/stack.ts'
import { until } from './harness/until.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
})
after(() => stack.close())

const inAuth = (text: string) => asOwner<{ id: string }>(stack.databases['auth'] ?? '', text)
const inUser = (text: string) => asOwner<{ id: string }>(stack.databases['user'] ?? '', text)
const learner = async (id: string) =>
  (await inUser(`SELECT username AS id FROM learners WHERE id = '${id}'`))[0]?.id

test('what a broker lost of users, or a database restored from before it, is told again: who is missing, who is gone', async () => {
  await stack.ask('{ me { id email } }', { token: await stack.token('quangdo') })
  // Nobody was told, or who was told has forgotten.
  await inAuth("UPDATE users SET status = 'DELETED', email = NULL WHERE id = 'user_tuanbui'")
  await inUser("DELETE FROM learners WHERE id = 'user_quangdo'")
  assert.equal(await learner('user_tuanbui'), 'tuanbui')

  const told = await tellUsers(stack.databases['auth'] ?? '')
  const [{ id: users } = { id: '' }] = await inAuth('SELECT count(*)::text AS id FROM users')
  assert.equal(String(told), users)
  await until('who is gone is gone', async () => (await learner('user_tuanbui')) === undefined)
  await until('who is missing is there', async () => (await learner('user_quangdo')) === 'quangdo')
  assert.equal(await learner('user_anpham'), 'anpham', 'who was there has stayed')
})
