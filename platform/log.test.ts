import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { errorForLog, scrub } from './log.ts'

test('tokens, e-mails, keys and passwords never reach a log line', () => {
  const text =
    'eyJhbGciOi.eyJzdWIi.c2ln of lan@example.com with sk_test_abc at postgresql://auth:hunter2@db/auth'
  const scrubbed = scrub(text)
  for (const leak of ['eyJhbGciOi', 'lan@example.com', 'sk_test_abc', 'hunter2'])
    assert(!scrubbed.includes(leak), leak)
  assert(scrubbed.includes('@db/auth'))
})

test('whole, whatever alphabet, password or base64 it is of', () => {
  const leaks = ['nguyễn@example.com', 'lan@ví-dụ.vn', "o'an@example.com", 'whsec_Zm9v+bar/baz==']
  for (const leak of leaks) assert.equal(scrub(`(${leak})`), '([redacted])')
  assert.equal(scrub('\\neyJhbGciOi.eyJzdWIi.c2ln'), '\\[redacted]')
  assert.equal(scrub('redis://:hunter2@cache:6379/0'), 'redis://[redacted]@cache:6379/0')
  assert.equal(scrub('amqp://a:hunt@er2@broker/puchi'), 'amqp://[redacted]@broker/puchi')
})

test('a long word takes no long time', () => {
  const began = performance.now()
  scrub('a'.repeat(200_000))
  scrub('eyJa'.repeat(50_000))
  assert(performance.now() - began < 1_000)
})

test('what a line says of a reason is scrubbed, too', () => {
  const program = `
    const { createLog } = await import(${JSON.stringify(new URL('log.ts', import.meta.url).href)})
    createLog('test', 'info').info({ why: 'no answer at amqp://auth:hunter2@broker for lan@example.com' }, 'a word')`
  const line = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  assert.match(line, /no answer at .*@broker/)
  assert.doesNotMatch(line, /hunter2|lan@example/)
})

test('an error is logged with its cause, each scrubbed', () => {
  const error = new Error('no user lan@example.com', { cause: new Error('whsec_abc123') })
  const logged = JSON.stringify(errorForLog(error))
  assert.doesNotMatch(logged, /lan@example|whsec_abc/)
  assert.match(logged, /"cause"/)
})

test('a word that only ends like a key stays readable', () => {
  const text =
    'task_id of desk_4, at process.processTicksAndRejections (node:internal/process/task_queues:103:5)'
  assert.equal(scrub(text), text)
  assert.equal(scrub('CLERK_sk_test_abc'), 'CLERK_[redacted]')
})
