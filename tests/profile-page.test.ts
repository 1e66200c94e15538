import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { namedOperation } from './harness/operations.ts'
import { type Stack, startStack } from './harness/stack.ts'
import { statementsOf } from './harness/statements.ts'

let stack: Stack
let token: string
before(async () => {
  stack = await startStack()
  token = await stack.token('puchiuser')
})
after(() => stack.close())

const databaseOf = (name: string) => new URL(stack.databases[name] ?? '').pathname.slice(1)

/** So many learners more who follow the one whose page is shown. */
async function addFollowers(count: number): Promise<void> {
  const owner = new pg.Client({ connectionString: stack.databases['user'] })
  await owner.connect()
  await owner.query(
    `WITH fans AS (INSERT INTO learners (id, username) SELECT 'user_fan' || n, 'fan' || n
       FROM generate_series(1, $1::int) n RETURNING id),
     own AS (INSERT INTO preferences (learner_id) SELECT id FROM fans),
     begun AS (INSERT INTO stats (learner_id) SELECT id FROM fans)
     INSERT INTO follows (follower_id, followed_id) SELECT id, 'user_minhnguyen' FROM fans`,
    [count],
  )
  await owner.end()
}

// The screen as it is, and the same with what auth says of everybody on it.
const page = namedOperation('ProfilePage')
const joined = page.replaceAll('username\n', 'username\n status\n roles\n')

async function ask(query: string) {
  const { result, of } = await statementsOf(() =>
    stack.ask(query, { token, variables: { username: 'minhnguyen' } }),
  )
  const { body } = result
  assert.equal(body.errors, undefined)
  const { edges } = body.data.userByUsername.followers
  return { followers: edges.length, user: of(databaseOf('user')), auth: of(databaseOf('auth')) }
}

test('ProfilePage is one request: at most 10 statements in user and 3 in auth, whatever the number of followers', async () => {
  for (const query of [page, joined]) await ask(query) // a viewer is looked up once a minute
  const few = [await ask(page), await ask(joined)]
  await addFollowers(500)
  const many = [await ask(page), await ask(joined)]
  for (const { followers } of many) assert.equal(followers, 20)
  for (const { user, auth } of [...few, ...many]) {
    assert(user.length >= 1 && user.length <= 10, user.join('\n'))
    assert(auth.length <= 3, auth.join('\n'))
  }
  assert.deepEqual(
    many.map(({ user, auth }) => [user.length, auth.length]),
    few.map(({ user, auth }) => [user.length, auth.length]),
  )
  assert(many[1] && many[1].auth.length >= 1, 'the second question reaches auth')
})
