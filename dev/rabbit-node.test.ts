import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { processInfo } from './leftover.ts'
import { findScripts, startNode } from './rabbit-node.ts'

const scripts = findScripts() ?? ''
const folder = mkdtempSync(join(tmpdir(), 'puchi-leftover-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const server = () => Number(readFileSync(join(folder, 'pid'), 'utf8'))

/** Another run, which has the node of the folder. */
async function otherRun(): Promise<ChildProcess> {
  const starting = `const { startNode } = await import(${JSON.stringify(`${import.meta.dirname}/rabbit-node.ts`)})
    const { ctl } = await startNode(${JSON.stringify(scripts)}, ${JSON.stringify(folder)}, true)
    await ctl('await_startup')
    console.log('started')
    setInterval(() => {}, 1_000)`
  const run = spawn(process.execPath, ['--input-type=module', '-e', starting], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(run.stdout, 'data')
  return run
}

test('a RabbitMQ whose run was killed is ended by the next one, and one whose run lives is left alone', {
  skip: !scripts && 'there is no rabbitmq-server',
}, async () => {
  const run = await otherRun()
  const before = server()
  const epmd = / -epmd_port (\d+)/.exec(processInfo(before).command)?.[1]
  await assert.rejects(startNode(scripts, folder, true), {
    message: `Another run (process ${run.pid}) holds ${folder}: stop it, then start again.`,
  })
  run.kill('SIGKILL')
  await once(run, 'exit')
  assert.match(processInfo(before).command, /beam/)
  const node = await startNode(scripts, folder)
  try {
    assert.doesNotMatch(processInfo(before).command, /beam/)
    const names = spawn('epmd', ['-port', String(epmd), '-names'], { stdio: 'ignore' })
    assert.deepEqual(await once(names, 'exit'), [1, null], 'its epmd is gone, too')
    await node.ctl('await_startup')
    assert.notEqual(server(), before)
  } finally {
    await node.stop()
  }
})
