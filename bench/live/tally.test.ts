import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tally } from './tally.ts'

const report = (key: string, raised = true) => ({ key, at: 0, answered: 10, raised })

test('a report that came after a higher one raised nothing, and no frame of it is missing', () => {
  const reports = [report('lan 20'), report('lan 19', false), report('lan 21')]
  const { mutations, raised, frames, afterAnswer, afterSending } = tally(
    reports,
    new Map([
      ['lan 20', 12],
      ['lan 21', 14],
    ]),
  )
  assert.deepEqual({ mutations, raised, frames }, { mutations: 3, raised: 2, frames: 2 })
  assert.deepEqual([afterAnswer.p95, afterSending.p95], [4, 14])
})

test('a report that raised something and has no frame is seen to be lost', () => {
  const { raised, frames } = tally([report('lan 20'), report('lan 21')], new Map([['lan 21', 11]]))
  assert.deepEqual([raised, frames], [2, 1])
})
