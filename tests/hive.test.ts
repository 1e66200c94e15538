import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { hiveMissing, startHive } from './harness/hive.ts'
import { namedOperation } from './harness/operations.ts'
import { type Stack, startStack } from './harness/stack.ts'

const skip = hiveMissing()
let stack: Stack
let hive: Awaited<ReturnType<typeof startHive>>
before(async () => {
  if (skip) return
  stack = await startStack()
  hive = await startHive({
    ROUTER_CREDENTIAL: stack.credential,
    AUTH_URL: stack.authUrl,
    USER_URL: stack.userUrl,
  })
})
after(async () => {
  await hive?.close()
  await stack?.close()
})

test('Hive Gateway on our supergraph and subgraphs serves a progressUpdated, completed from both', {
  skip,
}, async () => {
  const authorization = `Bearer ${await stack.token('puchiuser')}`
  const client = createClient({
    url: hive.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
  })
  const query = `subscription { progressUpdated(lessonId: "lesson_hive") {
    snapshot status percent lesson { id } user { username email } } }`
  const events = client.iterate({ query })
  const frame = async () => {
    const { value } = await events.next()
    return JSON.parse(JSON.stringify(value))
  }
  const user = { username: 'puchiuser', email: 'puchiuser@example.com' }
  const lesson = { id: 'lesson_hive' }
  assert.deepEqual(await frame(), {
    data: { progressUpdated: { snapshot: true, status: 'NOT_STARTED', percent: 0, lesson, user } },
  })
  const input = {
    lessonId: lesson.id,
    percent: 40,
    correct: 2,
    total: 5,
    seconds: 60,
    idempotencyKey: 'hive',
  }
  const response = await fetch(hive.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query: namedOperation('RecordProgress'), variables: { input } }),
  })
  assert.equal(JSON.parse(await response.text()).errors, undefined)
  assert.deepEqual(await frame(), {
    data: { progressUpdated: { snapshot: false, status: 'IN_PROGRESS', percent: 40, lesson, user } },
  })
  await client.dispose()
})
