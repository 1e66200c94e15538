import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inBatches } from './batches.ts'

test('what comes together, or while a batch runs, is one batch, in order and not larger than allowed', async () => {
  const batches: number[][] = []
  const add = inBatches(async (items: number[]) => {
    batches.push(items)
    await new Promise(setImmediate)
  }, 3)
  await Promise.all([1, 2, 3, 4, 5].map(add))
  await add(6)
  assert.deepEqual(batches, [[1, 2, 3], [4, 5], [6]])
})

test('what fails is told to every item of its batch and to no other', async () => {
  const add = inBatches(async (items: number[]) => {
    await new Promise(setImmediate)
    if (items.includes(3)) throw new Error('no three')
  }, 2)
  const settled = await Promise.allSettled([1, 2, 3, 4].map(add))
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'rejected'],
  )
})
