import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { load } from '../harness/load.ts'
import { type Stack, startProcesses } from '../harness/stack.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

let stack: Stack
before(async () => {
  // A machine that runs many tests lags; shedding has a test of its own.
  stack = await startProcesses({ ROUTER_MAX_LAG_MS: '60000', MUTATIONS_PER_MINUTE: '1000' })
})
after(() => stack.close())

const query = '{ userByUsername(username: "anpham") { id username email } }'
const perSecond = isFull ? 50 : 10
const seconds = isFull ? 20 : 4

type Seen = { status: number; codes: string[]; user: { username: string; email: string | null } | null }

async function ask(token: string): Promise<Seen> {
  const { status, body } = await stack.ask(query, { token })
  const codes = (body.errors ?? []).map(({ extensions }) => String(extensions['code']))
  return { status, codes, user: body.data?.userByUsername }
}
const isWhole = ({ status, codes, user }: Seen) =>
  status === 200 && codes.length === 0 && user?.email === 'anpham@example.com'

/** Kills a part while requests come in, starts it again, and answers what was seen and how long healing took. */
async function killAndHeal(name: string) {
  const part = stack.parts[name]
  assert(part)
  const iat = Math.floor(Date.now() / 1_000)
  const token = await stack.identity.mint({ sub: 'user_anpham', iat, exp: iat + 115 })
  // Fresh processes answer their first request late, and none would be whole before the kill.
  await until(`all is well before ${name} is killed`, async () => isWhole(await ask(token)), 15_000)
  const seen: Seen[] = []
  const loading = load({ perSecond, seconds }, async () => {
    const one = await ask(token)
    seen.push(one)
    return one
  })
  await pause(1_000)
  await part.kill()
  const samples = await loading
  await part.revive()
  const healed = await until(
    `all is well after ${name} is back`,
    async () => isWhole(await ask(token)),
    15_000,
  )
  for (let at = 0; at < 20; at += 1) assert(isWhole(await ask(token)))
  return { seen, samples, healed }
}

// The breaker tries again after five seconds.
const soon = isFull ? 6_000 : 10_000

test('P2 a subgraph that is killed under load costs its own fields alone, and heals when it is back', async () => {
  const { seen, samples, healed } = await killAndHeal('auth')
  assert(samples.every(({ status }) => status === 200))
  const partial = seen.filter((one) => !isWhole(one))
  assert(partial.length > 0 && partial.length < seen.length)
  for (const { user, codes } of partial) {
    assert.deepEqual([user?.username, user?.email], ['anpham', null])
    assert.deepEqual([...new Set(codes)], ['SUBGRAPH_UNAVAILABLE'])
  }
  assert(healed <= soon, `${healed} ms`)
})

test('P2 a router that is killed under load answers all of it again once it is back', async () => {
  const { samples, healed } = await killAndHeal('router')
  const gone = samples.filter(({ status }) => status !== 200)
  assert(gone.length > 0 && gone.every(({ codes }) => codes[0] === 'GONE'))
  assert(healed <= soon, `${healed} ms`)
})
