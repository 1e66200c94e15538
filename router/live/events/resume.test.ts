import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema } from 'graphql'
import { progressOf } from './resume.ts'

const schema = buildSchema(`
  type Query { goals: Int }
  type Subscription { score(after: Int): Score }
  type Score { version: Int, scorers: [String] }
`)
const follow = (query: string) => progressOf({ schema, query, variables: {} })

test('a subscription that is asked again goes on after the version it saw last', () => {
  const progress = follow('subscription { score { version } }')
  progress.see({ score: { version: 7 } })
  assert.match(progress.query(), /score\(after: 7\)/)
})

test('what a client calls version and is none is never sent as one', () => {
  const query = 'subscription { score { version: scorers } }'
  const progress = follow(query)
  progress.see({ score: { version: ['Lan'] } })
  assert.equal(progress.query(), query)
})
