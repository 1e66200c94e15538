import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner'
import { buildSchema } from 'graphql'
import type { RepairedFetch } from '../../plan/walk.ts'
import { compileRepresentation } from './representation.ts'

const schema = buildSchema(`type Query { all: [Media] } interface Media { id: ID! title: String }
  type Film implements Media { id: ID! title: String } type Song implements Media { id: ID! title: String }`)

const field = (name: string): QueryPlanSelectionNode => ({ kind: 'Field', name })
const on = (typeCondition: string, ...names: string[]): QueryPlanSelectionNode => ({
  kind: 'InlineFragment',
  typeCondition,
  selections: names.map(field),
})
const compile = (requires: QueryPlanSelectionNode[], more: Partial<RepairedFetch> = {}) =>
  compileRepresentation(schema, {
    kind: 'Fetch',
    serviceName: 'x',
    operation: '',
    operationName: undefined,
    operationKind: 'query' as RepairedFetch['operationKind'],
    requires,
    ...more,
  })

test('an entity is represented by what is required of its type, and not at all when something is missing', () => {
  const represent = compile([on('Film', '__typename', 'id', 'title'), on('Song', '__typename', 'id')])
  assert.equal(
    represent({ __typename: 'Film', id: '1', title: null, x: 1 }),
    '{"__typename":"Film","id":"1","title":null}',
  )
  assert.equal(represent({ __typename: 'Song', id: '2' }), '{"__typename":"Song","id":"2"}')
  assert.equal(represent({ __typename: 'Film', id: '1' }), null)
  assert.equal(represent({ __typename: 'Talk', id: '1' }), null)
})

test('a renamed input keeps 0, "", false and null', () => {
  const renamed: FetchDataRewrite = {
    kind: 'KeyRenamer',
    path: ['... on Film', 'title__rq0'],
    renameKeyTo: 'title',
  }
  const represent = compile([on('Film', '__typename', 'title__rq0')], { inputRewrites: [renamed] })
  for (const value of [0, '', false, null])
    assert.equal(
      represent({ __typename: 'Film', title__rq0: value }),
      JSON.stringify({ __typename: 'Film', title: value }),
    )
})

test('an interface object is sent under its interface’s name', () => {
  const set: FetchDataRewrite = {
    kind: 'ValueSetter',
    path: ['... on Film', '__typename'],
    setValueTo: 'Media',
  }
  const represent = compile([on('Film', '__typename', 'id')], { inputRewrites: [set] })
  assert.equal(represent({ __typename: 'Film', id: '1' }), '{"__typename":"Media","id":"1"}')
})

test('what a field of an interface object needs is there, or the entity is not sent', () => {
  const requires = [on('Media', '__typename', 'title'), on('Film', '__typename', 'id')]
  const represent = compile(requires, { mustHave: { keys: [['id']], inputs: ['title'] } })
  assert.equal(
    represent({ __typename: 'Film', id: '1', title: 'A' }),
    '{"__typename":"Film","title":"A","id":"1"}',
  )
  assert.equal(represent({ __typename: 'Song', id: '2', title: 'B' }), null)
  assert.equal(represent({ __typename: 'Film', id: '1' }), null)
})

test('nothing is sent of an object that lacks a part deep inside, and a null there is sent', () => {
  const deep: QueryPlanSelectionNode = { kind: 'Field', name: 'at', selections: [field('id')] }
  const requires: QueryPlanSelectionNode[] = [
    { kind: 'InlineFragment', typeCondition: 'Film', selections: [field('__typename'), deep] },
  ]
  const represent = compile(requires)
  assert.equal(
    represent({ __typename: 'Film', at: [{ id: '1' }, null] }),
    '{"__typename":"Film","at":[{"id":"1"},null]}',
  )
  assert.equal(represent({ __typename: 'Film', at: { __typename: 'Place' } }), null)
  assert.equal(represent({ __typename: 'Film', at: [{ id: '1' }, { name: 'A' }] }), null)
})

test('a field called as every object’s own functions are is missing like any other', () => {
  const plain = compile([on('Film', '__typename', 'constructor')])
  assert.equal(plain({ __typename: 'Film' }), null)
  assert.equal(plain.keyOf({ __typename: 'Film' }), undefined)
  const deep: QueryPlanSelectionNode = { kind: 'Field', name: 'at', selections: [field('toString')] }
  const requires: QueryPlanSelectionNode[] = [
    { kind: 'InlineFragment', typeCondition: 'Film', selections: [field('__typename'), deep] },
  ]
  assert.equal(compile(requires)({ __typename: 'Film', at: {} }), null)
})
