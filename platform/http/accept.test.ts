import assert from 'node:assert/strict'
import { test } from 'node:test'
import { graphqlJson, json, negotiate } from './accept.ts'

test('JSON is the answer to no preference at all', () => {
  for (const accept of [undefined, '', '*/*', 'application/*', 'text/html, */*;q=0.1'])
    assert.equal(negotiate(accept), json, accept)
})

test('the higher quality wins, then the place in the header', () => {
  assert.equal(negotiate(`${graphqlJson}, ${json}`), graphqlJson)
  assert.equal(negotiate(`${json}, ${graphqlJson}`), json)
  assert.equal(negotiate(`${json};q=0.5, ${graphqlJson}`), graphqlJson)
  assert.equal(negotiate(`${json}; charset=utf-8, ${graphqlJson};q=0.9`), json)
  assert.equal(negotiate(`*/*, ${json};q=0`), graphqlJson)
})

test('neither is null, and so is what is refused by name', () => {
  for (const accept of ['text/html', 'text/event-stream', `${json};q=0`, 'nonsense', `${json};q=x`])
    assert.equal(negotiate(accept), null, accept)
})
