import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'undici'
import { post } from './post.ts'

test('what nobody has time left to wait for is not sent', async () => {
  let sent = 0
  const pool = {
    dispatch() {
      sent += 1
      return true
    },
  } as unknown as Pool
  const posted = { path: '/graphql', headers: {}, body: '{}' }
  for (const patience of [0, -20_000])
    await assert.rejects(post(pool, posted, patience), { code: 'SUBGRAPH_TIMEOUT', refused: true })
  assert.equal(sent, 0)
})
