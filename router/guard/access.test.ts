import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ApolloServer } from '@apollo/server'
import { accessRules } from '@puchi/platform/access/rules'
import { bareViewer, type Viewer } from '@puchi/platform/identity/viewer'
import { buildASTSchema, parse } from 'graphql'
import { compose } from '../../dev/compose.ts'
import { createGateway } from '../execute/gateway.ts'
import { createPlanning } from '../plan/planning.ts'
import { guarded } from './access.ts'

const supergraph = compose([
  {
    name: 'people',
    url: 'http://people',
    sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@requiresScopes"])
      type Query { open: Int  users: Int @requiresScopes(scopes: [["admin"]])  roles: Int @requiresScopes(scopes: [["admin"]]) }`,
  },
])
const document = parse(supergraph)
const planning = createPlanning(supergraph)
const fetch = async () => ({ data: { open: 1, users: 2, roles: 3 } })
const told: string[] = []
const gateway = guarded(
  createGateway({ planning, fetch }),
  accessRules(document, buildASTSchema(document, { assumeValidSDL: true })),
  (_viewer, field) => void told.push(field),
)
const server = new ApolloServer<{ viewer: Viewer }>({ gateway, stopOnTerminationSignals: false })
await server.start()
after(() => server.stop())

const viewer = bareViewer({ userId: 'user_lan', sessionId: 'sess_1' })

async function ask(query: string, variables?: Record<string, unknown>, operationName?: string) {
  told.length = 0
  const asked = { query, ...(variables && { variables }), ...(operationName && { operationName }) }
  const { body } = await server.executeOperation(asked, { contextValue: { viewer } })
  assert(body.kind === 'single')
  const { data, errors = [] } = body.singleResult
  return { data: JSON.parse(JSON.stringify(data ?? null)), refused: errors.length, told: told.toSorted() }
}

test('a denial is told of what is run: not of what conditions leave out, nor of another operation', async () => {
  const conditional =
    'query ($t: Boolean = false) { open users @include(if: $t) ...F @skip(if: true) } fragment F on Query { roles }'
  assert.deepEqual(await ask(conditional), { data: { open: 1 }, refused: 0, told: [] })
  assert.deepEqual(await ask(conditional, { t: false }), { data: { open: 1 }, refused: 0, told: [] })
  const included = { data: { open: 1, users: null }, refused: 1, told: ['Query.users'] }
  assert.deepEqual(await ask(conditional, { t: true }), included)
  const two = 'query A { open } query B { open a: users roles }'
  assert.deepEqual(await ask(two, {}, 'A'), { data: { open: 1 }, refused: 0, told: [] })
  const both = { data: { open: 1, a: null, roles: null }, refused: 2, told: ['Query.roles', 'Query.users'] }
  assert.deepEqual(await ask(two, {}, 'B'), both)
})

test('whose variables do not fit is told of that, and denied nothing', async () => {
  const query = 'query ($t: Boolean!) { users @include(if: $t) }'
  assert.deepEqual(await ask(query, { t: 'yes' }), { data: null, refused: 1, told: [] })
})
