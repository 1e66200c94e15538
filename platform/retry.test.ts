import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retrying } from './retry.ts'

/** Work that fails so often, and how often it was tried. */
function failing(times: number, error: unknown) {
  const state = { tries: 0 }
  const work = async () => {
    state.tries += 1
    if (state.tries <= times) throw error
    return 'done'
  }
  return { state, work }
}

const coded = (code: string, more: object = {}) => Object.assign(new Error('gave up'), { code, ...more })
const byAdapter = (originalCode: string) =>
  coded('P2010', { meta: { driverAdapterError: coded('', { cause: { originalCode, kind: 'postgres' } }) } })

test('a transaction that was given up for another is run again, whoever says so, three times at most', async () => {
  for (const error of [
    coded('40P01'),
    coded('40001'),
    coded('P2034'),
    byAdapter('40P01'),
    byAdapter('40001'),
  ]) {
    const { state, work } = failing(3, error)
    assert.equal(await retrying(work), 'done')
    assert.equal(state.tries, 4)
    await assert.rejects(retrying(failing(4, error).work), error)
  }
})

test('what fails for another reason is not run again', async () => {
  for (const error of [coded('23505'), coded('P2002'), byAdapter('23503'), 'no error at all', null]) {
    const { state, work } = failing(1, error)
    await assert.rejects(retrying(work), (thrown) => thrown === error)
    assert.equal(state.tries, 1)
  }
})
