import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { namedOperation } from './harness/operations.ts'
import { type Stack, startStack } from './harness/stack.ts'

let stack: Stack
let token: string
before(async () => {
  stack = await startStack()
  token = await stack.token('puchiuser')
})
after(() => stack?.close())

const report = { lessonId: 'live', percent: 100, correct: 10, total: 10, seconds: 60, idempotencyKey: 'live' }

const followed: Record<string, Record<string, unknown>> = {
  ProgressUpdated: { lessonId: 'live' },
  StatsUpdated: {},
  AchievementUnlocked: {},
  ProfileUpdated: {},
  LeaderboardUpdated: { period: 'ALL_TIME' },
}

type Frame = { version: number; snapshot: boolean } & Record<string, unknown>

async function change(name: string, variables: object): Promise<void> {
  const { body } = await stack.ask(namedOperation(name), { token, variables: { ...variables } })
  assert.equal(body.errors, undefined, name)
}

test('each subscription of a learner begins with what stands, and goes on with what changes', {
  timeout: 60_000,
}, async () => {
  const client = createClient({
    url: stack.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  })
  const open = Object.entries(followed).map(([name, variables]) => {
    const frames = client.iterate<Record<string, Frame>>({ query: namedOperation(name), variables })
    const next = async () => {
      const { value } = await frames.next()
      assert.equal(value?.errors, undefined, name)
      const [frame] = Object.values((value?.data ?? {}) as Record<string, Frame>)
      assert(frame, name)
      return frame
    }
    return { name, next }
  })
  const stood = new Map<string, Frame>()
  for (const { name, next } of open) {
    const frame = await next()
    assert.equal(frame.snapshot, true, name)
    stood.set(name, frame)
  }
  const profile = { ...(stood.get('ProfileUpdated')?.['user'] ?? {}) }
  await change('RecordProgress', { input: report })
  await change('UpdateProfile', { input: { bio: 'live' } })
  // The demo learner follows four: the fifth unlocks something.
  for (const name of ['minhnguyen', 'thutran', 'anpham', 'linhvo', 'quangdo', 'huongle'])
    await change('Follow', { userId: `user_${name}` })
  const changed = new Map<string, Frame>()
  for (const { name, next } of open) changed.set(name, await next())
  for (const [name, frame] of changed) {
    const isBoard = name === 'LeaderboardUpdated'
    assert(isBoard || frame.version > (stood.get(name)?.version ?? 0), name)
    assert.equal(frame.snapshot, isBoard, name)
  }
  assert.equal(changed.get('ProgressUpdated')?.['percent'], 100)
  assert.deepEqual({ ...changed.get('ProfileUpdated') }['user'], { ...profile, bio: 'live' })
  await client.dispose()
})
