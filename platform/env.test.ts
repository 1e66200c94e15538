import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { BadEnvironment, list, port, readEnv, secret } from './env.ts'

const settings = z.object({ A_PORT: port, SECRETS: list(secret), LEVEL: z.enum(['a', 'b']).default('a') })

test('a good environment is read with its defaults', () => {
  const read = readEnv(settings, { A_PORT: '8001', SECRETS: `${'x'.repeat(32)}, ${'y'.repeat(32)}` })
  assert.deepEqual(read, { A_PORT: 8001, SECRETS: ['x'.repeat(32), 'y'.repeat(32)], LEVEL: 'a' })
})

test('P13 every missing or wrong variable is named, and no value is told', () => {
  assert.throws(
    () => readEnv(settings, { A_PORT: '', SECRETS: 'hunter2', LEVEL: 'loud' }),
    (error) => {
      assert(error instanceof BadEnvironment)
      for (const name of ['A_PORT: is missing', 'SECRETS: ', 'LEVEL: '])
        assert(error.message.includes(name), name)
      assert.doesNotMatch(error.message, /hunter2|loud/)
      return true
    },
  )
})
