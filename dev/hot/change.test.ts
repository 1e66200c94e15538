import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reloadFor } from './change.ts'

const asked = (...paths: string[]) => reloadFor(paths, ['auth', 'user'])
const nothing = { schemas: [], operations: false, rooms: [], parts: [] }

test('code of a subgraph starts that subgraph again, and its schema composes anew too', () => {
  assert.deepEqual(asked('subgraphs/user/domain/xp.ts'), {
    ...{ ...nothing, rooms: ['subgraphs/user'], parts: ['user'] },
  })
  assert.deepEqual(asked('schema/user.graphql'), { ...nothing, schemas: ['user'], parts: ['user'] })
})

test('what all stand on starts all of them again, the router last', () => {
  assert.deepEqual(asked('platform/errors.ts', 'subgraphs/user/main.ts'), {
    ...nothing,
    rooms: ['platform', 'schema', 'subgraphs/auth', 'subgraphs/user', 'router'],
    parts: ['auth', 'user', 'router'],
  })
})

test('an operation of the client asks for the client’s files alone', () => {
  assert.deepEqual(asked('schema/operations/viewer.graphql'), { ...nothing, operations: true })
})

test('tools, databases and the list of subgraphs ask for another start of everything', () => {
  for (const path of ['dev/start.ts', 'prisma/user/schema.prisma', 'rover.yaml'])
    assert.equal(asked(path).whole, path)
})

test('tests, generated files, packages and the composed supergraph ask for nothing', () => {
  const paths = [
    'subgraphs/user/user.test.ts',
    'subgraphs/user/generated/resolvers.ts',
    'prisma/user/client/client.ts',
    'router/node_modules/x/index.ts',
    'schema/supergraph.graphql',
    'schema/client/documents.ts',
    'README.md',
  ]
  assert.deepEqual(asked(...paths), nothing)
})
