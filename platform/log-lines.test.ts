import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../tests/harness/until.ts'
import { linesTo } from './log-lines.ts'

const program = `
  const { createLog } = await import(${JSON.stringify(new URL('./log.ts', import.meta.url).href)})
  const log = createLog('probe', 'info')
  for (let at = 0; at < 2_000; at++) log.warn({ pad: 'x'.repeat(300) }, 'line')
  log.fatal('the end')
  process.exit(3)`
const run = () =>
  spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })

test('every line is out, whole, when a process ends of itself', async () => {
  const lines = (await text(run().stdout)).trim().split('\n')
  assert.equal(lines.length, 2_001)
  for (const line of lines) JSON.parse(line)
  assert.equal(JSON.parse(lines.at(-1) ?? '').msg, 'the end')
})

test('P18 a process ends although nobody reads its log, or the reader is gone', async () => {
  for (const gone of [false, true]) {
    const child = run()
    if (gone) child.stdout.destroy()
    else child.stdout.pause()
    const [code] = await once(child, 'exit')
    assert.equal(code, 3)
    child.stdout.destroy()
  }
})

test('P18 lines that find the disk full wait until it has room', {
  skip: existsSync('/dev/full') ? false : '/dev/full is missing',
}, async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'puchi-lines-')), 'log')
  const full = openSync('/dev/full', 'w')
  const lines = linesTo(full)
  lines.write('first\n')
  await pause(120)
  closeSync(full)
  // The lowest number that is free: the same one leads to a file now.
  const fd = openSync(file, 'w')
  assert.equal(fd, full)
  lines.write('second\n')
  await until('both are there', () => readFileSync(file, 'utf8') === 'first\nsecond\n')
  closeSync(fd)
})
