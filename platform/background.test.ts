import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBackground } from './background.ts'

test('closing waits for all work that is under way, and for nothing else', async () => {
  const background = createBackground()
  const { promise, resolve } = Promise.withResolvers<void>()
  const ended: string[] = []
  background.add(promise.then(() => void ended.push('long')))
  background.add(Promise.resolve().then(() => void ended.push('short')))
  const closed = background.close().then(() => ended.push('closed'))
  await Promise.resolve().then(() => {})
  assert.deepEqual(ended, ['short'])
  resolve()
  await closed
  assert.deepEqual(ended, ['short', 'long', 'closed'])
  await background.close()
})
