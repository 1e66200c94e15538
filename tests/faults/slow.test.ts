import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { percentile } from '../../bench/percentile.ts'
import { load } from '../harness/load.ts'
import { ask } from '../harness/question.ts'
import { spawnRouter } from '../harness/router-process.ts'
import { openSmallGraph } from '../harness/small-graph.ts'
import { isFull } from './length.ts'

const graph = await openSmallGraph()
after(() => graph.close())

/** A socket that never comes to the end of its head; what it is told. */
function slowSocket(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\n')
  const drip = setInterval(() => socket.write('x: y\r\n'), 2_000)
  return text(socket)
    .catch(() => 'closed')
    .finally(() => clearInterval(drip))
}

test('P17 five hundred sockets that drip their heads are told 408 and closed, while others are answered', async () => {
  const router = await spawnRouter(graph.file)
  const began = performance.now()
  const slow = Array.from({ length: 500 }, () => slowSocket(router.port))
  const others = load({ perSecond: isFull ? 50 : 10, seconds: 8 }, () => ask(router.url, '{ me { name } }'))
  const told = await Promise.all(slow)
  const took = performance.now() - began
  assert(took > 9_000 && took < 40_000, `${took} ms`)
  assert(told.some((answer) => /^HTTP\/1\.1 408 .*"REQUEST_TIMEOUT"/s.test(answer)))
  const answers = await others
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  const p95 = percentile(
    answers.map(({ ms }) => ms),
    0.95,
  )
  // Only the long form has the machine to itself.
  assert(p95 < (isFull ? 300 : 5_000), `${p95} ms`)
  await router.stop()
})
