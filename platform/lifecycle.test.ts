import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

/** Runs a process around `close`, and resolves once it has started. */
async function run(close: string): Promise<{ child: ChildProcess; output(): string }> {
  const lifecycle = JSON.stringify(new URL('./lifecycle.ts', import.meta.url).href)
  const log = JSON.stringify(new URL('./log.ts', import.meta.url).href)
  const program = `
    const { runProcess } = await import(${lifecycle})
    const { createLog } = await import(${log})
    const log = createLog('probe', 'info')
    const alive = setInterval(() => {}, 1000)
    process.on('message', () => { throw new Error('boom at lan@example.com') })
    await runProcess(async () => ({ close: async () => { clearInterval(alive); ${close} } }), () => log)
    process.send('started')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  await once(child, 'message')
  return { child, output: () => output }
}

test('SIGTERM closes the service and ends with exit code 0', async () => {
  const { child, output } = await run('console.log("released")')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'close'), [0, null])
  assert.match(output(), /released/)
})

test('P7 a second signal while closing hangs ends the process by force', async () => {
  const { child, output } = await run(
    'console.log("hanging"); await new Promise(() => setInterval(() => {}, 1000))',
  )
  child.kill('SIGTERM')
  while (!output().includes('hanging')) await once(child.stdout as NodeJS.ReadableStream, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'close'), [1, null])
})

test('P8 an uncaught fault is logged once without secrets, and the process ends with 1', async () => {
  const { child, output } = await run('console.log("released")')
  child.send('throw')
  assert.deepEqual(await once(child, 'close'), [1, null])
  assert.equal(output().match(/uncaught fault"/g)?.length, 1)
  assert.match(output(), /released/)
  assert.doesNotMatch(output(), /lan@example/)
})
