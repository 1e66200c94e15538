import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from './log.ts'
import { repeat } from './repeat.ts'

const outage = (why: string) => Object.assign(new Error(why), { code: 'ETIMEDOUT' })

/** Repeats work with these failures, one after the other, until none is left; what was logged. */
async function repeating(failures: Error[], pause: number): Promise<unknown[][]> {
  const lines: unknown[][] = []
  const log = { warn: (...line: unknown[]) => void lines.push(line) } as unknown as Log
  const left = [...failures]
  const over = Promise.withResolvers<void>()
  const work = async () => {
    const failure = left.shift()
    if (failure) throw failure
    over.resolve()
  }
  const upkeep = repeat(work, pause, log)
  await over.promise
  await upkeep.close()
  return lines
}

test('an outage that is over at the next try is not told, a longer one once', async () => {
  assert.deepEqual(await repeating([outage('a')], 1), [])
  assert.deepEqual(await repeating([outage('a'), outage('b'), outage('c')], 1), [
    [{ why: 'b' }, 'upkeep failed'],
    ['upkeep works again'],
  ])
})

test('any other fault is told at once', async () => {
  const fault = new Error('no such table')
  assert.deepEqual((await repeating([fault], 1))[0], [{ err: fault }, 'upkeep failed'])
})

test('work that is done once in ten minutes is tried again soon after an outage', async () => {
  assert.deepEqual(await repeating([outage('a')], 600_000), [])
})
