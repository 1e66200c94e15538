import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessionCache } from './session-cache.ts'

test('a user is forgotten with every session, and nobody else is', () => {
  const cache = createSessionCache<{ userId: string }>(10)
  const [lan, an] = [{ userId: 'user_lan' }, { userId: 'user_an' }]
  cache.set('sess_1', lan)
  cache.set('sess_2', lan)
  cache.set('sess_3', an)
  cache.forget('user_lan')
  cache.forget('user_nobody')
  assert.deepEqual(
    ['sess_1', 'sess_2', 'sess_3'].map((id) => cache.get(id)),
    [undefined, undefined, an],
  )
  cache.set('sess_1', lan)
  cache.forget('user_lan')
  assert.equal(cache.get('sess_1'), undefined)
})

test('what took the place of a value of another user stays when that user is forgotten', () => {
  const cache = createSessionCache<{ userId: string }>(10)
  const nobody = { userId: '' }
  cache.set('sess_1', { userId: 'user_lan' })
  cache.set('sess_1', nobody)
  cache.forget('user_lan')
  assert.equal(cache.get('sess_1'), nobody)
})

test('of more sessions than are kept those used last stay, and a user of whom some went is forgotten whole', () => {
  const cache = createSessionCache<{ userId: string; n: number }>(2)
  for (const n of [1, 2, 3]) cache.set(`sess_${n}`, { userId: 'user_lan', n })
  assert.deepEqual([cache.get('sess_1'), cache.get('sess_2')?.n, cache.get('sess_3')?.n], [undefined, 2, 3])
  cache.forget('user_lan')
  assert.deepEqual([cache.get('sess_2'), cache.get('sess_3')], [undefined, undefined])
})
