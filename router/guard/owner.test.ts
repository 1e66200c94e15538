import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf } from './owner.ts'

test('an IPv6 address counts as its /64, whatever way it is written; an IPv4 address as itself', () => {
  const one = '2001:db8:0:7::/64'
  for (const ip of ['2001:db8:0:7::1', '2001:DB8:0:0007:a:b:c:d', '2001:db8::7:0:0:0:1', '2001:db8:0:7::'])
    assert.equal(networkOf(ip), one, ip)
  assert.notEqual(networkOf('2001:db8:0:8::1'), one)
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
  assert.equal(networkOf('64:ff9b::192.0.2.1'), '64:ff9b:0:0::/64')
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('not an address'), 'not an address')
})
