import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { namedOperation } from './harness/operations.ts'
import { openRaw, type RawSocket } from './harness/raw-socket.ts'
import { sessionOf } from './harness/session.ts'
import { type Stack, startStack } from './harness/stack.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
})
after(() => stack.close())

async function connected(token: string): Promise<RawSocket> {
  const raw = await openRaw(stack.url)
  await raw.init({ authorization: `Bearer ${token}` })
  return raw
}

async function change(operation: string, variables: Record<string, unknown>, token: string): Promise<void> {
  const { body } = await stack.ask(namedOperation(operation), { token, variables })
  assert.equal(body.errors, undefined)
}

const adminToken = () => stack.token('puchiadmin')

const frame = (raw: RawSocket, id: string, count: number) =>
  raw.hears(`frame ${count}`, () => raw.results(id).length >= count)

test('A16 a session that its owner revokes is closed with 4403 within 5 s, and their other socket is told', async () => {
  const laptop = await sessionOf(stack, 'puchiuser')
  const phone = await sessionOf(stack, 'puchiuser')
  const [here, there] = [await connected(laptop.token), await connected(phone.token)]
  // A session is known to auth once it was used.
  await stack.ask('{ me { email } }', { token: phone.token })
  here.subscribe('1', namedOperation('SessionRevoked'))
  there.subscribe('1', namedOperation('StatsUpdated'))
  for (const raw of [here, there]) await frame(raw, '1', 1)
  assert.equal(here.results('1')[0].data.sessionRevoked.snapshot, true)
  await change('RevokeSession', { sessionId: phone.id }, laptop.token)
  assert.equal(await there.code(5_000), 4403)
  await frame(here, '1', 2)
  const { snapshot, sessionIds } = here.results('1')[1].data.sessionRevoked
  assert.deepEqual([snapshot, sessionIds], [false, [phone.id]])
  assert.equal(here.closed(), undefined)
  const again = await openRaw(stack.url)
  again.send({ type: 'connection_init', payload: { authorization: `Bearer ${phone.token}` } })
  assert.equal(await again.code(), 4403)
  await here.end()
})

test('A16 a learner whose role is taken away loses the socket with 4403 within 5 s, and comes back without it', async () => {
  const teacher = await sessionOf(stack, 'thutran')
  await stack.ask('{ me { email } }', { token: teacher.token })
  await change('AssignRole', { userId: 'user_thutran', role: 'teacher' }, await adminToken())
  const raw = await connected(teacher.token)
  await change('RevokeRole', { userId: 'user_thutran', role: 'teacher' }, await adminToken())
  assert.equal(await raw.code(5_000), 4403)
  const back = await connected(teacher.token)
  back.subscribe('1', namedOperation('StatsUpdated'))
  await frame(back, '1', 1)
  await back.end()
})
