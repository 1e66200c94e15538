import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { probe } from './probe.ts'

test('a part is asked at its address, of either kind', async () => {
  for (const [host, written] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
  ]) {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    const url = `http://${written}:${(server.address() as AddressInfo).port}/graphql`
    assert.deepEqual(await probe(url), { state: 'up', says: 'answers' })
    await once(server.close(), 'close')
    assert.equal((await probe(url)).state, 'down')
  }
})
