import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Supergraph } from '@apollo/federation-internals'
import type { QueryPlan } from '@apollo/query-planner'
import { compose } from '../../../dev/compose.ts'
import { createMustBeSound } from './sound.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@provides", "@shareable"])'
const sdl = {
  here: `${link} type Query { me: User @provides(fields: "friend { name }") you: User }
    type User @key(fields: "id") { id: ID! friend: User @external name: String @external }`,
  there: `${link} type User @key(fields: "id") { id: ID! friend: User @shareable name: String @shareable }`,
}

const asking = (operation: string) =>
  ({
    kind: 'QueryPlan',
    node: { kind: 'Fetch', serviceName: 'here', operation, operationKind: 'query' },
  }) as QueryPlan

test('what a subgraph provides on one way only is asked for on that way only', () => {
  const parts = Object.entries(sdl).map(([name, text]) => ({ name, url: `http://${name}`, sdl: text }))
  const mustBeSound = createMustBeSound(Supergraph.build(compose(parts)))
  mustBeSound(asking('{ me { id friend { id name } } you { id } }'))
  for (const operation of [
    '{ me { name } }',
    '{ me { friend { friend { id } } } }',
    '{ you { friend { id } } }',
  ])
    assert.throws(() => mustBeSound(asking(operation)), /which it has not/, operation)
})
