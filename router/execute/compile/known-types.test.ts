import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { nobody } from '../../../tests/harness/nobody.ts'
import { createPlanning } from '../../plan/planning.ts'
import type { Data } from '../data.ts'
import { executeToJson } from '../execute.ts'
import type { SubgraphRequest } from '../subgraph.ts'
import { compileOperation } from './operation.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])\n'
const { supergraphSdl = '', errors } = composeServices(
  Object.entries({
    people: `type Query { all: [[User!]] any: [Owner] }
      union Owner = User | Club
      interface Named { id: ID! }
      type User implements Named @key(fields: "id") { id: ID! friends: [User!] home: Home }
      type Club @key(fields: "id") { id: ID! head: User }
      type Home { street: String }`,
    names: `type User @key(fields: "id") { id: ID! name: String best: User home: Home @external
        label: String @requires(fields: "home { street }") }
      type Home { street: String @external }`,
    scores: 'type User @key(fields: "id") { id: ID! score: Int }',
  }).map(([name, sdl]) => ({ name, url: `http://${name}`, typeDefs: parse(link + sdl) })),
)
assert.equal(errors, undefined)
const planning = createPlanning(supergraphSdl)

/** Runs an operation; every entity is answered with the same fields. Tells what was asked, and the whole answer. */
async function ask(query: string, answers: { data: Data | null; entity?: Data }) {
  const sent: { query: string; representations?: Data[] }[] = []
  const fetch = async ({ body }: SubgraphRequest) => {
    const { query: text, variables } = JSON.parse(body)
    const representations: Data[] | undefined = variables?.representations
    sent.push({ query: text, ...(representations && { representations }) })
    const data = representations ? { _entities: representations.map(() => answers.entity) } : answers.data
    return structuredClone({ data })
  }
  const execution = { fetch, context: nobody }
  const { text } = await executeToJson(compileOperation(planning, parse(query)), execution)
  return { sent, answer: JSON.parse(text) }
}

test('an entity that can only be of one type is not asked for it, and is represented all the same', async () => {
  const { sent, answer } = await ask('{ all { friends { name } } }', {
    data: { all: [[{ friends: [{ id: '1' }, { id: '2' }] }], null] },
    entity: { name: 'An' },
  })
  assert.deepEqual(sent, [
    { query: '{all{friends{id}}}' },
    {
      query:
        'query($representations:[_Any!]!){_entities(representations:$representations){...on User{name}}}',
      representations: ['1', '2'].map((id) => ({ __typename: 'User', id })),
    },
  ])
  assert.deepEqual(answer, { data: { all: [[{ friends: [{ name: 'An' }, { name: 'An' }] }], null] } })
})

test('nor is one that another entity leads to; a client that asks is told what the schema says', async () => {
  const { sent, answer } = await ask('{ all { best { __typename kind: __typename score } } }', {
    data: { all: [[{ id: '1' }]] },
    entity: { best: { id: '2' }, score: 7 },
  })
  assert.deepEqual(
    sent.map(({ query }) => /__typename/.test(query)),
    [false, false, false],
  )
  assert.deepEqual(sent[2]?.representations, [{ __typename: 'User', id: '2' }])
  assert.deepEqual(answer, {
    data: { all: [[{ best: { __typename: 'User', kind: 'User', score: 7 } }]] },
  })
})

test('what may be of several types is asked, and so is all that is below it', async () => {
  const { sent } = await ask('{ any { ... on Club { head { name } } } }', {
    data: { any: [{ __typename: 'Club', head: { __typename: 'User', id: '1' } }] },
    entity: { name: 'An' },
  })
  assert.equal(sent[0]?.query, '{any{__typename ...on Club{head{__typename id}}}}')
  assert.deepEqual(sent[1]?.representations, [{ __typename: 'User', id: '1' }])
})

test('a plan in which objects are required of an entity asks for every type, as it was planned', async () => {
  const { sent, answer } = await ask('{ all { label } }', {
    data: { all: [[{ __typename: 'User', id: '1', home: { street: 'Hàng Bạc' } }]] },
    entity: { label: 'An, Hàng Bạc' },
  })
  assert.match(sent[0]?.query ?? '', /__typename/)
  assert.deepEqual(answer, { data: { all: [[{ label: 'An, Hàng Bạc' }]] } })
})

test('beside an error a type is told as well, also inside a fragment on an interface', async () => {
  const query = '{ all { ... on Named { __typename id } } any { __typename } }'
  const { answer } = await ask(query, { data: { all: [[{ id: '1' }]], any: [{ __typename: 'Alien' }] } })
  assert.deepEqual(answer.data, { all: [[{ __typename: 'User', id: '1' }]], any: [null] })
})

test('nor is anything lost there of an object inside a fragment, whose type the planner did not ask for', async () => {
  const { sent, answer } = await ask(
    '{ any { ... on Club { head { ... on Named { ... on User { id } } } } } }',
    {
      data: { any: [{ __typename: 'Club', head: { id: '1' } }, { __typename: 'Alien' }] },
    },
  )
  assert.equal(sent[0]?.query, '{any{__typename ...on Club{head{id}}}}')
  assert.deepEqual(answer.data, { any: [{ head: { id: '1' } }, null] })
})
