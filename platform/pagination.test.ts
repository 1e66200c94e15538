import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionOf, cursorOf, moment, number, pageOf, type Word, word } from './pagination.ts'

const badCursor = { name: 'Refusal', message: 'after: must be a cursor of this list' }
const at = '2026-11-25T03:00:00.000Z'

test('a part of a list is 20 unless asked, 0 to 100, from its beginning or after a place', () => {
  assert.deepEqual(pageOf('list', {}, [word]), { first: 20, after: null })
  assert.deepEqual(pageOf('list', { first: null, after: null }, [word]), { first: 20, after: null })
  for (const first of [0, 1, 100]) assert.equal(pageOf('list', { first }, [word]).first, first)
  for (const first of [-1, 101])
    assert.throws(() => pageOf('list', { first }, [word]), {
      name: 'Refusal',
      message: 'first: must be 0 to 100',
    })
  const after = cursorOf('list', [at, 'greetings'])
  assert.deepEqual(pageOf('list', { first: 5, after }, [moment, word]), {
    first: 5,
    after: [at, 'greetings'],
  })
})

test('a cursor leads nowhere in another list, and a text that is none nowhere at all', () => {
  const after = cursorOf('progress:user_lan', [at, 'greetings'])
  const words = [moment, word]
  assert.throws(() => pageOf('progress:user_an', { after }, words), badCursor)
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const bad = ['', 'x', encoded(null), encoded('list'), encoded(['list']), `${'a'.repeat(5_000)}`]
  for (const text of bad) assert.throws(() => pageOf('list', { after: text }, words), badCursor, text)
})

test('the places of a cursor are as many words as the list has, each of its look', () => {
  const page = (place: unknown[], words: Word[]) => () =>
    pageOf('list', { after: Buffer.from(JSON.stringify(['list', ...place])).toString('base64url') }, words)
  for (const place of [[at], [at, 'a', 'b'], [at, 7], [7, 'a'], ['a', at]])
    assert.throws(page(place, [moment, word]), badCursor, String(place))
  assert.deepEqual(page([at, ''], [moment, word])().after, [at, ''])
})

test('a moment, a number and a word of a place are just that: nothing before, after or too long', () => {
  const cut = [`x${at}`, `${at}x`, at.slice(0, -5), at.replace('T', ' '), at.replace(/\d/g, 'x'), '']
  // No moment that PostgreSQL knows.
  const none = ['2026-99-99T99:99:99.999Z', '2026-02-30T03:00:00.000Z', '0000-01-01T03:00:00.000Z']
  const words: [Word, string[], string[]][] = [
    [moment, [at, '9999-12-31T23:59:59.999Z'], [...cut, ...none, '+010000-01-01T00:00:00.000Z']],
    [number, ['0', '123456789'], ['', '1234567890', '-1', '1.5', 'x1', '1x']],
    [word, ['', 'a', 'Đỗ', 'x'.repeat(128)], ['x'.repeat(129), 'a\0', '\0a', '\0', '\ud800']],
  ]
  for (const [fits, good, bad] of words) {
    for (const text of good) assert(fits(text), text)
    for (const text of bad) assert(!fits(text), text)
  }
  for (let i = 0; i < at.length; i += 1)
    if (/\d/.test(at.charAt(i))) assert(!moment(`${at.slice(0, i)}x${at.slice(i + 1)}`))
})

test('a part is told as Relay wants it, with the places of its first and last item', () => {
  const items = ['a', 'b', 'c'].map((node) => ({ node, place: [node] }))
  const page = { first: 3, after: ['0'] }
  const { edges, pageInfo } = connectionOf('list', page, { items, hasNext: true }, (node) =>
    node.toUpperCase(),
  )
  assert.deepEqual(edges[0], { cursor: cursorOf('list', ['a']), node: 'A' })
  assert.deepEqual(pageInfo, {
    hasNextPage: true,
    hasPreviousPage: true,
    startCursor: cursorOf('list', ['a']),
    endCursor: cursorOf('list', ['c']),
  })
  const none = connectionOf('list', { first: 3, after: null }, { items: [], hasNext: false }, (node) => node)
  const nothing = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }
  assert.deepEqual(none, { edges: [], pageInfo: nothing })
})
