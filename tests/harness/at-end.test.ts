import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

const done: string[] = []
const note = (name: string) => async () => void done.push(name)

describe('what is left for the end of the file', () => {
  before(async () => {
    const { atEnd } = await import('./at-end.ts') // also where a hook loads it first
    atEnd(note('of the hook'))
  })

  test('is not done when the hook that asked for it has ended', async () => {
    const { atEnd } = await import('./at-end.ts')
    assert.deepEqual(done, [])
    atEnd(note('of the test'))
  })

  test('is not done when the test that asked for it has ended', () => assert.deepEqual(done, []))
  after(() => assert.deepEqual(done, []))
})

process.once('exit', () => assert.deepEqual(done, ['of the test', 'of the hook']))
