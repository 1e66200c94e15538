import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const file = join(import.meta.dirname, 'run-command.ts')
const run = (command: string) => {
  const code = `import { runCommand } from ${JSON.stringify(file)}; await runCommand(${command})`
  return spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

test('what a command throws is said in a sentence, and fails it', async () => {
  const failing = run(`() => { throw new Error('There is no such lesson.') }`)
  const said = text(failing.stderr)
  assert.deepEqual(await once(failing, 'exit'), [1, null])
  assert.equal(await said, 'There is no such lesson.\n')
})

test('a command whose reader has read enough ends without a word', async () => {
  const telling = run('() => setInterval(() => console.log("one more"), 1)')
  const said = text(telling.stderr)
  await once(telling.stdout, 'data')
  telling.stdout.destroy()
  assert.deepEqual(await once(telling, 'exit'), [0, null])
  assert.equal(await said, '')
})
