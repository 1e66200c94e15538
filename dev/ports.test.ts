import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort } from './ports.ts'

test('nobody is given the port of another', async () => {
  const ports = new Set<number>()
  for (let count = 1; count <= 800; count += 1) assert.equal(ports.add(await freePort()).size, count)
})
