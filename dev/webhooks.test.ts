import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { verifyWebhook } from '@clerk/backend/webhooks'
import { until } from '../tests/harness/until.ts'
import { webhooksOf } from './identity/webhooks.ts'

const secretOf = (name: string) => `whsec_${Buffer.from(`${name} secret`).toString('base64')}`
const secrets = ['new', 'old'].map(secretOf)

const came: Request[] = []
const answers: number[] = []
const server = createServer(async (request, response) => {
  const body = await text(request)
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  came.push(new Request('http://localhost', { method: 'POST', headers: headers as [string, string][], body }))
  response.writeHead(answers.shift() ?? 200).end()
})
await once(server.listen(0, '127.0.0.1'), 'listening')
after(() => server.close())

const webhooks = webhooksOf({ secrets, retries: [10, 10] })
after(webhooks.close)

test('nobody is told anything before somebody listens', () => {
  webhooks.tell('user.updated', { id: 'user_an' })
  assert.equal(came.length, 0)
})

test("a webhook is signed with each secret, as Clerk's own SDK verifies it", async () => {
  webhooks.deliverTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  webhooks.tell('user.deleted', { object: 'user', id: 'user_an', deleted: true })
  await until('it came', async () => came.length === 1)
  const [request] = came.splice(0)
  for (const signingSecret of secrets) {
    const { type, data } = await verifyWebhook(request?.clone() as Request, { signingSecret })
    assert.deepEqual([type, data.id], ['user.deleted', 'user_an'])
  }
  await assert.rejects(verifyWebhook(request as Request, { signingSecret: secretOf('other') }))
})

test('what is not taken comes again under the same id, and then no more', async () => {
  answers.push(500, 302)
  webhooks.tell('user.updated', { id: 'user_an' })
  await until('it came three times', async () => came.length === 3)
  const ids = came.splice(0).map(({ headers }) => headers.get('svix-id'))
  assert.deepEqual([new Set(ids).size, typeof ids[0]], [1, 'string'])
})
