import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientBehind } from './client.ts'

const from = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: forwarded ? { 'x-forwarded-for': forwarded } : {} }) as never

test('nobody is believed about the address unless told so', () => {
  assert.equal(clientBehind()(from('10.0.0.1', '203.0.113.7')).ip, '10.0.0.1')
  assert.equal(clientBehind(['10.0.0.0/8'])(from('203.0.113.9', '203.0.113.7')).ip, '203.0.113.9')
})

test('behind trusted proxies the client is the nearest address that is none of them', () => {
  const clientOf = clientBehind(['10.0.0.0/8', '::1'])
  assert.equal(clientOf(from('10.0.0.1', '203.0.113.7')).ip, '203.0.113.7')
  assert.equal(clientOf(from('::ffff:10.0.0.1', 'forged, 1.2.3.4, 203.0.113.7, 10.9.9.9')).ip, '203.0.113.7')
  assert.equal(clientOf(from('::1', '2001:db8::7')).ip, '2001:db8::7')
  assert.equal(clientOf(from('10.0.0.1', 'nonsense')).ip, '10.0.0.1')
  assert.equal(clientOf(from('10.0.0.1')).ip, '10.0.0.1')
})
