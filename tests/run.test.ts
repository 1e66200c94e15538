import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'puchi-run-'))
after(() => rmSync(folder, { recursive: true }))

const runner = new URL('run.ts', import.meta.url).pathname

async function runTests(files: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  const paths = Object.entries(files).map(([name, source]) => {
    const path = join(folder, name)
    writeFileSync(path, `import { describe, it, test } from 'node:test'\n${source}`)
    return path
  })
  const { NODE_TEST_CONTEXT: _, ...own } = process.env // Node takes these for a part of this very run by it
  const child = spawn(process.execPath, [runner, ...paths], { env: { ...own, TEST_NEEDS: 'none', ...env } })
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, out, error, last: out.trimEnd().split('\n').at(-1) }
}

test('the last line counts what passed and what failed, suites not among them', async () => {
  const { code, last } = await runTests({
    'green.test.ts': `describe('a suite', () => { it('one', () => {}); it('two', () => {}) })`,
  })
  assert.deepEqual([code, last], [0, '2 passed, 0 failed'])
})

test('a failure is shown with its file, its title and what was expected; what is skipped is named', async () => {
  const { code, last, out } = await runTests({
    'red.test.ts': `
      import assert from 'node:assert/strict'
      describe('a suite', () => { it('adds up', () => assert.equal(1 + 1, 3)); it('one', () => {}) })
      test('elsewhere', { skip: 'needs RabbitMQ' }, () => {})`,
  })
  assert.deepEqual([code, last], [1, '1 passed, 1 failed'])
  assert.match(out, /red\.test\.ts › adds up\n +AssertionError.+\n(.*\n)* +2 !== 3/)
  assert.match(out, /skipped: .+red\.test\.ts › elsewhere: needs RabbitMQ/)
})

test('a file that does not load, one that ends in the middle, and a broken hook are failures', async () => {
  const { code, last } = await runTests({
    'unloadable.test.ts': `import './nothing.ts'`,
    'ended.test.ts': `test('never told', () => process.exit(3))`,
    'hook.test.ts': `import { before } from 'node:test'
      describe('a suite', () => { before(() => { throw new Error('no') }); it('one', () => {}) })`,
  })
  assert.equal(code, 1)
  assert.match(last ?? '', /^0 passed, [3-6] failed$/)
})

test('a file that hangs is stopped and counted', async () => {
  const { code, last } = await runTests(
    { 'hanging.test.ts': `test('waits for ever', () => new Promise(() => setInterval(() => {}, 1000)))` },
    { TEST_FILE_SECONDS: '2' },
  )
  assert.equal(code, 1)
  assert.match(last ?? '', /^0 passed, [1-2] failed$/)
})

test('a file that is not there is named', async () => {
  const child = spawn(process.execPath, [runner, 'nowhere.test.ts'])
  const [error, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  assert.match(error, /^There is no .+nowhere\.test\.ts\.\n$/)
  assert.equal(code, 1)
})
