import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { parse, print } from 'graphql'
import { root } from '../dev/subgraphs.ts'
import { type Stack, startStack } from './harness/stack.ts'
import { withoutSecurity } from './harness/without-security.ts'

type Context = { authorization?: string }

let stack: Stack
let stock: ApolloServer<Context>

/** A stock gateway that knows nothing of us but the router credential. */
class CredentialSource extends RemoteGraphQLDataSource<Context> {
  override willSendRequest({
    request,
    context,
  }: Parameters<NonNullable<RemoteGraphQLDataSource<Context>['willSendRequest']>>[0]) {
    request.http?.headers.set('router-credential', stack.credential)
    const { authorization } = context as Context
    if (authorization) request.http?.headers.set('authorization', authorization)
  }
}

before(async () => {
  stack = await startStack()
  const supergraph = parse(readFileSync(`${root}/schema/supergraph.graphql`, 'utf8'))
  // The stock gateway loads no supergraph that says who may see what; the subgraphs decide again anyway.
  const supergraphSdl = print(withoutSecurity(supergraph))
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) =>
      new CredentialSource({ url: name === 'auth' ? stack.authUrl : stack.userUrl }),
  })
  stock = new ApolloServer<Context>({ gateway, stopOnTerminationSignals: false })
  await stock.start()
})
after(async () => {
  await stock.stop()
  await stack.close()
})

async function ask(query: string, contextValue: Context) {
  const { body } = await stock.executeOperation({ query }, { contextValue })
  assert(body.kind === 'single')
  return body.singleResult
}

test('a stock Apollo gateway with the router credential and the token of a learner is answered', async () => {
  const authorization = `Bearer ${await stack.token('puchiuser')}`
  const { data, errors } = await ask('{ me { username email } }', { authorization })
  assert.equal(errors, undefined)
  assert.deepEqual(JSON.parse(JSON.stringify(data)), {
    me: { username: 'puchiuser', email: 'puchiuser@example.com' },
  })
})

test('a stock Apollo gateway without a token reads the public parts and nothing else', async () => {
  const { data } = await ask('{ me { id } userByUsername(username: "linhvo") { username email } }', {})
  assert.deepEqual(JSON.parse(JSON.stringify(data)), {
    me: null,
    userByUsername: { username: 'linhvo', email: null },
  })
})
