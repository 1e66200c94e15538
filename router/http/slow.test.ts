import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { ask } from '../../tests/harness/question.ts'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { startAnonymous } from '../../tests/harness/small-router.ts'

test('P17 five hundred sockets that drip their heads are told 408 and closed, while others are answered', async () => {
  const graph = await openSmallGraph()
  const router = await startAnonymous(graph)
  const began = performance.now()
  const slow = Array.from({ length: 500 }, () => {
    const socket = connect(Number(new URL(router.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\n')
    const drip = setInterval(() => socket.write('x: y\r\n'), 2_000)
    return text(socket)
      .catch(() => 'closed')
      .finally(() => clearInterval(drip))
  })
  assert.equal((await ask(router.url, '{ me { name } }')).status, 200)
  const told = await Promise.all(slow)
  const took = performance.now() - began
  assert(took > 9_000 && took < 30_000, `${took} ms`)
  assert(told.some((answer) => /^HTTP\/1\.1 408 .*"REQUEST_TIMEOUT"/s.test(answer)))
  assert.equal((await ask(router.url, '{ me { name } }')).status, 200)
  await router.close()
  await graph.close()
})
