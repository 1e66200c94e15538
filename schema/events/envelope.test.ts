import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventKinds, userCreated } from '../events.ts'
import { ContractBroken, decode, encode } from './envelope.ts'

const about = {
  id: 'a3bb189e-8bf9-4c2e-9b3a-1d1d7d0f1a11',
  occurredAt: '2026-11-25T08:00:00.000Z',
  correlationId: 'request-1',
  actor: null,
  aggregate: { id: 'user_lan', version: 1 },
}
const data = { userId: 'user_lan', locale: 'vi', usernameBase: 'lan' }

/** A written event with some of it replaced. */
const tampered = (change: object): string =>
  JSON.stringify({ ...JSON.parse(encode(userCreated, about, data)), ...change })

test('an event is read as it was written', () => {
  const event = decode(Buffer.from(encode(userCreated, about, data)))
  assert.deepEqual(event, { ...about, type: 'auth.user.created', version: 1, data })
})

test('what a newer writer adds is left out by an older reader', () => {
  assert.deepEqual(decode(tampered({ data: { ...data, nickname: 'Lan' } })).data, data)
})

test('a message that is not JSON, or of an unknown type, version or shape, breaks its contract', () => {
  const bad: [string, RegExp][] = [
    ['{"id":', /not JSON/],
    ['null', /envelope/],
    [tampered({ type: 'auth.user.cloned' }), /type: unknown/],
    [tampered({ version: 2 }), /version 2 is unknown/],
    [tampered({ id: 'e1' }), /envelope: id/],
    [tampered({ aggregate: { id: 'user_lan', version: -1 } }), /aggregate.version/],
    [tampered({ data: { ...data, userId: 7 } }), /auth.user.created: userId/],
  ]
  for (const [body, message] of bad) {
    const broken = (error: unknown) => error instanceof ContractBroken && message.test(error.message)
    assert.throws(() => decode(body), broken, body)
  }
})

test('the message of a broken contract never repeats what was sent', () => {
  const body = tampered({ data: { ...data, usernameBase: 'lan@example.com' } })
  assert.throws(
    () => decode(body),
    (error: Error) => !error.message.includes('lan@'),
  )
})

test('an e-mail cannot be written into an event', () => {
  assert.throws(
    () => encode(userCreated, about, { ...data, usernameBase: 'lan@example.com' }),
    ContractBroken,
  )
  assert.doesNotMatch(encode(userCreated, about, { ...data, email: 'lan@example.com' }), /@/)
})

test('every key is a service, a thing and what happened to it, once', () => {
  const keys = eventKinds.map(({ key }) => key)
  assert.equal(new Set(keys).size, keys.length)
  for (const key of keys) assert.match(key, /^(auth|user|access)(\.[a-z]+){1,2}$/)
})
