import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'graphql'
import { documentStore, roomForDocuments } from './documents.ts'

test('documents are kept as long as there is room: for so many of them, and for so many letters of theirs', async () => {
  const store = documentStore()
  assert(store)
  const small = parse('{ a }')
  for (let at = 0; at <= roomForDocuments.max; at += 1) await store.set(`small ${at}`, small)
  assert.equal(await store.get('small 0'), undefined)
  assert.equal(await store.get('small 1'), small)
  const large = parse(`{ ${'a '.repeat(50_000)} }`)
  for (let at = 0; at < 6; at += 1) await store.set(`large ${at}`, large)
  assert.equal(await store.get('large 0'), undefined)
  assert.equal(await store.get('large 5'), large)
})
