import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort } from './ports.ts'

test('nobody is given the port of another', async () => {
  const ports = await Promise.all(Array.from({ length: 800 }, freePort))
  assert.equal(new Set(ports).size, ports.length)
})
