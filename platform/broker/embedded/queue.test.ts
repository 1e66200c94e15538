import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { until } from '../../../tests/harness/until.ts'
import { openQueue, type Queue } from './queue.ts'

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-queue-'))
  after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'user.jsonl')
}

/** Opened a second time while the first is not closed, it is as after a kill. */
async function open(path: string, news = () => {}): Promise<Queue> {
  const queue = await openQueue(path, news)
  after(() => queue.close())
  return queue
}
const message = (id: string) => ({ id, key: 'auth.user.created', body: Buffer.from(id) })
const takeAll = (queue: Queue) => Array.from({ length: queue.size() }, () => queue.take()?.id)

test('a queue that is opened again holds what was not done, in its order', async () => {
  const path = newPath()
  const queue = await open(path)
  for (const id of ['a', 'b', 'c']) await queue.put(message(id))
  const a = queue.take() ?? assert.fail()
  assert.equal(queue.take()?.id, 'b')
  await queue.done(a)
  assert.deepEqual(takeAll(await open(path)), ['b', 'c'])
})

test('an attempt that waits, and a dead letter with its reason, survive', async () => {
  const path = newPath()
  const queue = await open(path)
  for (const id of ['a', 'b']) await queue.put(message(id))
  await queue.retryLater(queue.take() ?? assert.fail(), 20)
  await queue.bury(queue.take() ?? assert.fail(), 'Rejected: broken')
  const { promise: due, resolve } = Promise.withResolvers<void>()
  const again = await open(path, resolve)
  assert.equal(again.take(), undefined)
  await due
  assert.deepEqual(
    [again.take()].map((entry) => [entry?.id, entry?.attempt]),
    [['a', 2]],
  )
  assert.deepEqual(
    again.dead().map(({ id, died }) => [id, died?.reason]),
    [['b', 'Rejected: broken']],
  )
})

test('a last line that a crash cut short is left out, and the queue goes on', async () => {
  const path = newPath()
  const queue = await open(path)
  await queue.put(message('a'))
  appendFileSync(path, '{"n":2,"id":"b","ke')
  const again = await open(path)
  await again.put(message('c'))
  assert.deepEqual(takeAll(await open(path)), ['a', 'c'])
})

test('the file of a busy queue stays small', async () => {
  const path = newPath()
  const queue = await open(path)
  for (let round = 0; round < 30; round += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => queue.put(message(`${round}-${i}`))))
    await Promise.all(Array.from({ length: 100 }, () => queue.done(queue.take() ?? assert.fail())))
  }
  assert(readFileSync(path, 'utf8').split('\n').length < 2_300)
  assert.deepEqual(takeAll(await open(path)), [])
})

test('a full queue takes no more', async () => {
  const queue = await open(newPath())
  await Promise.all(Array.from({ length: 10_000 }, (_, i) => queue.put(message(`${i}`))))
  await assert.rejects(queue.put(message('one more')), { name: 'BrokerAway' })
  await queue.done(queue.take() ?? assert.fail())
  await queue.put(message('one more'))
})

test('an attempt that came due while nothing ran is taken at once, and no timer complains', async () => {
  const warnings: string[] = []
  const note = ({ name }: Error) => void warnings.push(name)
  process.on('warning', note)
  after(() => process.off('warning', note))
  const path = newPath()
  const before = await open(path)
  await before.put(message('a'))
  await before.retryLater(before.take() ?? assert.fail(), 1)
  const due = Date.now() + 1
  await until('its time has come', () => Date.now() > due)
  const news = Promise.withResolvers<void>()
  const queue = await open(path, news.resolve)
  await news.promise
  assert.equal(queue.take()?.id, 'a')
  assert.deepEqual(warnings, [])
})
