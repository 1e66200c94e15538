import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeServices } from '@apollo/composition'
import { GraphQLError, parse } from 'graphql'
import { nobody } from '../../tests/harness/nobody.ts'
import { createPlanning } from '../plan/planning.ts'
import { compileOperation } from './compile/operation.ts'
import type { Data } from './data.ts'
import { execute, executeToJson } from './execute.ts'
import { sourceOf } from './source.ts'
import type { SubgraphAnswer, SubgraphRequest } from './subgraph.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`
const { supergraphSdl = '' } = composeServices(
  Object.entries({
    users: `type Query { me: User all: [User!]! count: Int! } type Subscription { joined: User rank(at: Int, of: Int): Rank }
      type Mutation { first: Int } type User @key(fields: "id") { id: ID! name: String rank: Rank height: Float tags: [String!] any: Any } scalar Any
      enum Rank { LOW HIGH }`,
    scores: `type Query { best: Int } type Mutation { second: Int }
      type User @key(fields: "id") { id: ID! score: Int! friend: User rival: User }`,
  }).map(([name, sdl]) => ({ name, url: `http://${name}`, typeDefs: parse(link + sdl) })),
)
const planning = createPlanning(supergraphSdl)

type Answer = (request: SubgraphRequest & { variables: Data }) => SubgraphAnswer | Promise<SubgraphAnswer>

function ask(
  query: string,
  answers: Record<string, Answer>,
  given: { variables?: Data; event?: SubgraphAnswer } = {},
) {
  const sent: SubgraphRequest[] = []
  const fetch = async (request: SubgraphRequest): Promise<SubgraphAnswer> => {
    sent.push(request)
    const answer = answers[request.subgraph]
    assert(answer, request.subgraph)
    const { variables = {} } = JSON.parse(request.body)
    return structuredClone(await answer({ ...request, variables }))
  }
  const compiled = compileOperation(planning, parse(query))
  const execution = { ...given, fetch, context: nobody }
  return {
    sent,
    compiled,
    json: () => executeToJson(compiled, execution),
    result: () => execute(compiled, execution),
  }
}

const user = (id: string, more: Data = {}): Data => ({ __typename: 'User', id, ...more })
const down = async () => {
  throw new GraphQLError('The service "scores" gave no usable answer.', {
    extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
  })
}

test('equal entities are sent once, and each place gets its own answer', async () => {
  const { json, sent } = ask('{ all { id score } }', {
    users: () => ({ data: { all: [user('1'), user('2'), user('1')] } }),
    scores: ({ variables }) => ({
      data: {
        _entities: (variables['representations'] as Data[]).map(({ id }) => ({ score: Number(id) * 10 })),
      },
    }),
  })
  const { text } = await json()
  assert.equal(text, '{"data":{"all":[{"id":"1","score":10},{"id":"2","score":20},{"id":"1","score":10}]}}')
  assert.equal(sent.length, 2)
  assert.deepEqual(JSON.parse(sent[1]?.body ?? '').variables.representations, [user('1'), user('2')])
})

test('an error of a shared entity is told at each of its places', async () => {
  const { result } = ask('{ all { id friend { id } } }', {
    users: () => ({ data: { all: [user('1'), user('2'), user('1')] } }),
    scores: () => ({
      data: { _entities: [{ friend: null }, { friend: null }] },
      errors: [{ message: 'no friend', path: ['_entities', 0, 'friend'], extensions: { code: 'NOT_FOUND' } }],
    }),
  })
  const { errors } = await result()
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path, extensions['code']]),
    [
      [['all', 0, 'friend'], 'NOT_FOUND'],
      [['all', 2, 'friend'], 'NOT_FOUND'],
    ],
  )
})

test('a subgraph that does not answer costs its own fields and says so on them', async () => {
  const { result } = ask('{ me { name friend { id } } best }', {
    users: () => ({ data: { me: user('1', { name: 'Ann' }) } }),
    scores: down,
  })
  const { data, errors } = await result()
  assert.deepEqual(data, { me: { name: 'Ann', friend: null }, best: null })
  assert.deepEqual(errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']]).sort(), [
    ['best', 'SUBGRAPH_UNAVAILABLE'],
    ['me.friend', 'SUBGRAPH_UNAVAILABLE'],
  ])
})

test('a null that may not be there takes its object with it, as Apollo has it', async () => {
  const { result } = ask('{ me { name score } }', {
    users: () => ({ data: { me: user('1', { name: 'Ann' }) } }),
    scores: () => ({ data: { _entities: [null] } }),
  })
  const { data, errors, extensions } = await result()
  assert.deepEqual({ data, errors }, { data: { me: null }, errors: undefined })
  assert.match(
    JSON.stringify(extensions?.['valueCompletion']),
    /Cannot return null for non-nullable field User.score/,
  )
})

for (const [promised, answered, fitting] of [
  ['an object for a list that may not be null', { all: { id: '1' }, me: user('2') }, null],
  ['text for an object', { all: [], me: 'x' }, { all: [], me: null }],
  ['a list for an object', { all: [], me: [user('2')] }, { all: [], me: null }],
  [
    'an object for a list below',
    { all: [], me: user('2', { tags: {} }) },
    { all: [], me: { id: '2', tags: null } },
  ],
] as const)
  test(`${promised} is null in that place, and the rest is answered`, async () => {
    const { result, json } = ask('{ all { id } me { id tags } }', { users: () => ({ data: answered }) })
    const { data, errors, extensions } = await result()
    assert.deepEqual({ data, errors }, { data: fitting, errors: undefined })
    assert.match(
      JSON.stringify(extensions?.['valueCompletion']),
      /^\[{"message":"Invalid value found for field/,
    )
    assert.deepEqual(JSON.parse((await json()).text).data, fitting)
  })

test('several entity fetches to one subgraph at once are one request', async () => {
  const { result, sent } = ask('{ me { friend { id name } rival { id name } } }', {
    users: ({ body, variables }) =>
      body.includes('_entities')
        ? {
            data: {
              e0: [{ name: `n${(variables['r0'] as Data[])[0]?.['id']}` }],
              e1: [{ name: `n${(variables['r1'] as Data[])[0]?.['id']}` }],
            },
          }
        : { data: { me: user('1') } },
    scores: () => ({ data: { _entities: [{ friend: user('2'), rival: user('3') }] } }),
  })
  assert.deepEqual((await result()).data, {
    me: { friend: { id: '2', name: 'n2' }, rival: { id: '3', name: 'n3' } },
  })
  assert.equal(sent.length, 3)
})

test('JSON is written exactly: text to escape, numbers, lists, enums and any value', async () => {
  const name = 'a"\\\n\u2028\ud800 é'
  const any = { deep: [1, null, { __proto__x: true }] }
  const { json } = ask('{ me { n: name rank tags any } }', {
    users: () => ({ data: { me: user('1', { n: name, rank: 'HIGH', tags: ['x', ''], any }) } }),
  })
  assert.deepEqual(JSON.parse((await json()).text), {
    data: { me: { n: name, rank: 'HIGH', tags: ['x', ''], any } },
  })
})

test('a value that its type does not allow becomes null', async () => {
  // JSON has numbers that are no number's size.
  const tooLarge = JSON.parse('1e400')
  for (const wrong of [
    { rank: 'MIDDLE' },
    { rank: ['LOW'] },
    { rank: 'constructor' },
    { height: tooLarge },
  ]) {
    const { json } = ask('{ me { rank height } }', { users: () => ({ data: { me: user('1', wrong) } }) })
    assert.deepEqual(JSON.parse((await json()).text).data, { me: { rank: null, height: null } })
  }
})

test('keys like __proto__ change no prototype', async () => {
  const { result } = ask('{ __proto__: me { constructor: name any } }', {
    users: ({ body }) => {
      const [, outer = '', inner = ''] = /\{(\w+):me\{(\w+):name/.exec(body) ?? []
      return { data: { [outer]: { [inner]: 'x', any: JSON.parse('{"__proto__":{"polluted":1}}') } } }
    },
  })
  const { data } = await result()
  assert.deepEqual(Object.keys(data ?? {}), ['__proto__'])
  assert.equal((Object.prototype as Data)['polluted'], undefined)
})

test('mutations run one after the other, in the client’s order', async () => {
  const order: string[] = []
  const slow = (name: string, value: number) => async (): Promise<SubgraphAnswer> => {
    order.push(`${name} starts`)
    await new Promise((resolve) => setImmediate(resolve))
    order.push(`${name} ends`)
    return { data: { [name]: value } }
  }
  const { result } = ask('mutation { second first }', { users: slow('first', 1), scores: slow('second', 2) })
  assert.equal(JSON.stringify((await result()).data), '{"second":2,"first":1}')
  assert.deepEqual(order, ['second starts', 'second ends', 'first starts', 'first ends'])
})

test('a wrong variable is refused before any fetch', async () => {
  const { result, sent } = ask('query($t: Boolean!) { best @skip(if: $t) }', {}, { variables: { t: 'x' } })
  const { errors } = await result()
  assert.equal(errors?.[0]?.extensions['code'], 'BAD_USER_INPUT')
  assert.equal(sent.length, 0)
})

test('an event of a subscription is completed with fields of other subgraphs', async () => {
  const event = { data: { joined: user('7', { name: 'Ann' }) } }
  const { result, compiled, sent } = ask(
    'subscription { joined { name score } }',
    { scores: () => ({ data: { _entities: [{ score: 7 }] } }) },
    { event },
  )
  assert.match(sourceOf(compiled, {}, {}).query, /subscription\{joined\{/)
  assert.deepEqual((await result()).data, { joined: { name: 'Ann', score: 7 } })
  assert.deepEqual(
    sent.map(({ subgraph }) => subgraph),
    ['scores'],
  )
})

test('a source is given the variables that the client gave, and nothing that every object has', () => {
  const source = (variables: Data) => {
    const text =
      'subscription ($__proto__: Int, $constructor: Int) { rank(at: $__proto__, of: $constructor) }'
    const compiled = compileOperation(planning, parse(text))
    return sourceOf(compiled, variables, {}).variables
  }
  assert.equal(source({}), undefined)
  assert.equal(JSON.stringify(source(JSON.parse('{"__proto__":1,"other":3}'))), '{"__proto__":1}')
})

test('introspection is answered from the schema, beside fields', async () => {
  const { result } = ask('{ __type(name: "Rank") { name } me { id } }', {
    users: () => ({ data: { me: user('1') } }),
  })
  assert.equal(JSON.stringify((await result()).data), '{"__type":{"name":"Rank"},"me":{"id":"1"}}')
})
