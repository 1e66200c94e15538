import assert from 'node:assert/strict'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ask } from '../tests/harness/question.ts'
import { spawnRouter } from '../tests/harness/router-process.ts'
import { openSmallGraph } from '../tests/harness/small-graph.ts'
import { until } from '../tests/harness/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'puchi-resting-'))
after(() => rmSync(folder, { recursive: true }))
const graph = await openSmallGraph()
after(() => graph.close())

// V8 looks after a second, not after eight, whether nothing happens, and tells of what it collects and throws away.
const flags = ['--trace-gc', '--trace-deopt', '--gc-memory-reducer-start-delay-ms=1000']
const set = flags.map((flag) => `setFlagsFromString('${flag}')`).join(';')
const telling = `data:text/javascript,import{setFlagsFromString}from'node:v8';${set}`

test('a router keeps the code that it has optimised when nobody asks for some seconds', async () => {
  const file = join(folder, 'log')
  const env = { NODE_OPTIONS: `--import=${telling}`, LOG_LEVEL: 'silent' }
  const router = await spawnRouter(graph.file, env, openSync(file, 'w'))
  const log = () => readFileSync(file, 'utf8')
  const collections = () => log().match(/Mark-Compact/g)?.length ?? 0
  const busy = performance.now() + 5_000
  const client = async () => {
    while (performance.now() < busy) await ask(router.url, '{ me { name karma } }')
  }
  await Promise.all(Array.from({ length: 8 }, client))
  const before = collections()
  await until('it collects while it rests', () => collections() > before, 30_000)
  const cleared = log().match(/embedded weak objects cleared/g)?.length ?? 0
  assert.equal(cleared, 0)
})
