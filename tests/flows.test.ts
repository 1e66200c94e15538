import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { type Stack, startProcesses, startStack } from './harness/stack.ts'
import { until } from './harness/until.ts'

const ways = [
  ['the broker inside one process', startStack],
  ['RabbitMQ between processes', startProcesses],
] as const

for (const [way, start] of ways) {
  describe(`events over ${way}`, () => {
    let stack: Stack
    before(async () => {
      stack = await start()
    })
    after(() => stack.close())

    test('a user whom auth sees for the first time becomes a learner with a username, in user', async () => {
      stack.identity.addUser({
        id: 'user_newcomer',
        username: 'newcomer',
        firstName: 'Mới',
        lastName: 'Đến',
        email: 'new.comer@example.com',
      })
      const token = await stack.identity.mint({ sub: 'user_newcomer' })
      const { body } = await stack.ask('{ me { id email } }', { token })
      assert.equal(body.data?.me.id, 'user_newcomer')
      const username = async () => (await stack.ask('{ me { username } }', { token })).body.data?.me.username
      await until('the username is there', async () => (await username()) === 'newcomer')
    })

    test('one correlation id runs from the request into the event, and no e-mail does', async () => {
      const token = await stack.identity.mint({ sub: 'user_traced' })
      await stack.ask('{ me { email } }', { token, headers: { 'x-request-id': 'trace-me-please' } })
      const auth = new pg.Client({ connectionString: stack.databases['auth'] ?? '' })
      await auth.connect()
      const { rows } = await auth.query("SELECT envelope FROM outbox WHERE aggregate_id = 'user_traced'")
      await auth.end()
      assert.equal(JSON.parse(rows[0].envelope).correlationId, 'trace-me-please')
      assert.doesNotMatch(rows[0].envelope, /@/)
    })
  })
}
