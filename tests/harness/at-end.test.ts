import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { atEnd } from './at-end.ts'

const done: string[] = []
const note = (name: string) => async () => void done.push(name)

describe('what is left for the end of the file', () => {
  before(() => atEnd(note('of the hook')))

  test('is not done when the hook that asked for it has ended', () => {
    assert.deepEqual(done, [])
    atEnd(note('of the test'))
  })

  test('is not done when the test that asked for it has ended', () => assert.deepEqual(done, []))
  after(() => assert.deepEqual(done, []))
})

process.once('exit', () => assert.deepEqual(done, ['of the test', 'of the hook']))
