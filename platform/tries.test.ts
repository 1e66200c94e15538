import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from './log.ts'
import { tellOfTries } from './tries.ts'

function told() {
  const lines: unknown[][] = []
  const log = { warn: (...line: unknown[]) => void lines.push(line) } as unknown as Log
  return { lines, tries: tellOfTries(log, 'it fails', 'it works again') }
}

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

test('an outage is told when it begins and when it is over, however often is tried', () => {
  const { lines, tries } = told()
  for (const error of [refused, new Error('timeout exceeded when trying to connect'), refused])
    tries.failed(error)
  assert.deepEqual(lines, [[{ why: 'connect ECONNREFUSED' }, 'it fails']])
  tries.worked()
  tries.worked()
  assert.deepEqual(lines.slice(1), [['it works again']])
  tries.failed(refused)
  assert.equal(lines.length, 3)
})

test('a fault that is no outage is told with its stack, and another one after it', () => {
  const { lines, tries } = told()
  const [missing, full] = [new Error('relation "outbox" does not exist'), new Error('integer out of range')]
  for (const error of [missing, missing, full]) tries.failed(error)
  assert.deepEqual(lines, [
    [{ err: missing }, 'it fails'],
    [{ err: full }, 'it fails'],
  ])
})
