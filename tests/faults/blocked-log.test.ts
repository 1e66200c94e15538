import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { percentile } from '../../bench/percentile.ts'
import { load } from '../harness/load.ts'
import { ask } from '../harness/question.ts'
import { spawnRouter } from '../harness/router-process.ts'
import { openSmallGraph } from '../harness/small-graph.ts'
import { isFull } from './length.ts'

// The short form shares its machine with other tests: only the long one looks at times.
const seconds = isFull ? 60 : 5

test('P18 a router whose log nobody reads goes on answering, and drops lines instead', async () => {
  const graph = await openSmallGraph()
  const folder = mkdtempSync(join(tmpdir(), 'puchi-log-'))
  execFileSync('mkfifo', [join(folder, 'log')])
  const unread = openSync(join(folder, 'log'), 'r+')
  try {
    const router = await spawnRouter(graph.file, {}, unread)
    // Each of these leaves a line of some hundred bytes; a pipe takes 64 KiB.
    graph.reviews.behave = (response) => response.writeHead(500).end()
    const failing = () => ask(router.url, '{ me { name karma } }', { 'x-request-id': 'x'.repeat(100) })
    await failing()
    await router.metrics() // each scrape begins a new measurement of the lag
    const answers = await load({ perSecond: isFull ? 200 : 60, seconds }, failing)
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    if (isFull) {
      const lag = /^nodejs_eventloop_lag_p99_seconds\S* (\S+)/m.exec(await router.metrics())?.[1]
      assert(Number(lag) < 0.1, `the loop lags ${lag} s`)
      assert(
        percentile(
          answers.map(({ ms }) => ms),
          0.95,
        ) < 300,
      )
    }
    router.child.kill('SIGKILL')
  } finally {
    closeSync(unread)
    rmSync(folder, { recursive: true })
    await graph.close()
  }
})
