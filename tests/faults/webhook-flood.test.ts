import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { freePort } from '../../dev/ports.ts'
import { asOwner, asService } from '../harness/auth-database.ts'
import { callerEnv } from '../harness/caller.ts'
import { databaseFor } from '../harness/database.ts'
import { load } from '../harness/load.ts'
import { spawnService } from '../harness/processes.ts'
import { svixHeaders, userEvent } from '../harness/webhook.ts'
import { isFull } from './length.ts'

const nowhere = 'http://127.0.0.1:9'
const secret = `whsec_${Buffer.from('flood').toString('base64')}`
const url = await databaseFor('auth')
const auth = spawnService('auth', 'subgraphs/auth', {
  ...process.env,
  ...callerEnv(nowhere),
  AUTH_PORT: String(await freePort()),
  AUTH_ADMIN_PORT: String(await freePort()),
  AUTH_DATABASE_URL: asService(url),
  REFRESH_TOKEN_SECRETS: 'r'.repeat(32),
  CLERK_SECRET_KEY: 'sk_test_none',
  CLERK_API_URL: nowhere,
  CLERK_WEBHOOK_SECRETS: secret,
})
await auth.ready
const place = { host: '127.0.0.1', port: Number(new URL(auth.url).port) }
const idle: Socket[] = []
after(async () => {
  for (const socket of idle) socket.destroy()
  await auth.close()
})

function deliveryOf(_: unknown, number: number): string {
  const about = { id: `user_flood${number % 40}`, updated_at: 1_000 + number }
  const body = userEvent(`flood${number}`, about)
  const signed = svixHeaders({ id: `msg_flood_${number}`, secret, text: body })
  const headers = {
    host: 'auth',
    'content-type': 'application/json',
    'content-length': body.length,
    ...signed,
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /webhooks/clerk HTTP/1.1\r\n${head.join('')}\r\n${body}`
}

/** Sends what was written before, so that a thousand a second cost their sender next to nothing. */
async function deliver(number: number) {
  const socket = idle.pop() ?? connect(place).setNoDelay()
  socket.write(deliveries[number] ?? '')
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once('data', (data) => resolve(data.toString('latin1'))).once('error', reject)
  })
  socket.removeAllListeners('error')
  idle.push(socket)
  return { status: Number(answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)), codes: [] }
}

/** Delivers four at a time: each is taken in. */
async function inTurn(numbers: readonly number[]): Promise<void> {
  for (let from = 0; from < numbers.length; from += 4)
    for (const { status } of await Promise.all(numbers.slice(from, from + 4).map(deliver)))
      assert.equal(status, 200)
}

const one = async (what: string) => (await asOwner<{ it: unknown }>(url, `SELECT ${what} AS it`))[0]?.it
const flood = isFull ? { perSecond: 1_000, seconds: 10 } : { perSecond: 200, seconds: 2 }
// What a service that runs already would not have to do any more.
const warming = 400
const total = warming + flood.perSecond * flood.seconds
const deliveries = Array.from({ length: total }, deliveryOf)

test('A22 a flood of webhooks is taken in or sent back for later, promptly, and nothing of it is lost or doubled', async (t) => {
  await inTurn([...Array(warming).keys()])
  const samples = await load(flood, (number) => deliver(warming + number))
  const statuses = samples.map(({ status }) => status)
  assert.deepEqual(
    [...new Set(statuses)].filter((status) => status !== 200 && status !== 429),
    [],
  )
  const times = samples.map(({ ms }) => ms).toSorted((a, b) => a - b)
  const p95 = times[Math.floor(times.length * 0.95)] ?? 0
  const taken = statuses.filter((status) => status === 200).length
  t.diagnostic(`${taken} of ${statuses.length} taken in at once, p95 ${p95.toFixed(0)} ms`)
  if (isFull) assert(p95 < 200, `p95 ${p95} ms`)
  assert(taken > 0)

  const sentBack = [...statuses.keys()].filter((number) => statuses[number] !== 200)
  await inTurn(sentBack.map((number) => warming + number))
  assert.equal(await one('(SELECT count(*)::int FROM webhook_deliveries)'), total)
  assert.equal(await one("(SELECT count(*)::int FROM audit_log WHERE action = 'user.register')"), 40)
  const last = await one("(SELECT email FROM users WHERE id = 'user_flood39')")
  assert.equal(last, `flood${total - 1}@example.com`)
})
