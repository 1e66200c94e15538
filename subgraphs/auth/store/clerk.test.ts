import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { clerkDirectory } from './clerk.ts'

const email = (id: string, status: string) => ({
  object: 'email_address',
  id,
  email_address: `${id}@example.com`,
  verification: { object: 'verification_otp', status, strategy: 'email_code' },
  linked_to: [],
})
const lan = {
  object: 'user',
  id: 'user_lan',
  locale: 'vi-VN',
  primary_email_address_id: 'two',
  email_addresses: [email('one', 'verified'), email('two', 'unverified')],
}

const servers: ReturnType<typeof createServer>[] = []
after(() => {
  for (const server of servers) server.close().closeAllConnections()
})

/** A directory that asks a server of this process; nothing else answers as exactly as Clerk does. */
async function directoryAt(answer: RequestListener, options = {}) {
  const server = createServer(answer)
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return clerkDirectory({ secretKey: 'sk_test_1', apiUrl, ...options })
}
const json =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

test('the details are those of the primary e-mail address', async () => {
  const directory = await directoryAt(json(200, lan))
  const details = { email: 'two@example.com', emailVerified: false, locale: 'vi-VN' }
  assert.deepEqual(await directory.detailsOf('user_lan'), details)
})

test('a user without e-mail or locale has none', async () => {
  const directory = await directoryAt(json(200, { object: 'user', id: 'user_lan' }))
  const details = { email: null, emailVerified: false, locale: null }
  assert.deepEqual(await directory.detailsOf('user_lan'), details)
})

test('a user that Clerk does not know is null', async () => {
  const directory = await directoryAt(json(404, { errors: [{ code: 'resource_not_found', message: 'no' }] }))
  assert.equal(await directory.detailsOf('user_lan'), null)
})

test('whatever else Clerk answers is thrown, for a later try', async () => {
  for (const answer of [json(500, { errors: [] }), json(200, { object: 'user', id: 'user_an' })])
    await assert.rejects((await directoryAt(answer)).detailsOf('user_lan'))
  await assert.rejects((await directoryAt((_, response) => response.end('hello'))).detailsOf('user_lan'))
})

test('a Clerk that never answers is given up in time, and is not asked without end', async () => {
  const directory = await directoryAt(() => {}, { patience: 50, most: 2 })
  const asked = ['user_a', 'user_b', 'user_c'].map((id) => directory.detailsOf(id))
  const results = await Promise.allSettled(asked)
  const reasons = results.map((result) => (result.status === 'rejected' ? String(result.reason) : ''))
  assert.match(reasons[0] ?? '', /did not answer in 50 ms/)
  assert.match(reasons[2] ?? '', /2 questions to Clerk are under way/)
})

test('an id that is none never reaches Clerk', async () => {
  const directory = await directoryAt(() => assert.fail('asked'))
  assert.equal(await directory.detailsOf('user_a/../b'), null)
})
