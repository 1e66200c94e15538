import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import fc from 'fast-check'
import { execute as executeMonolith, parse } from 'graphql'
import { compileOperation } from '../../router/execute/compile/operation.ts'
import { execute, type Result } from '../../router/execute/execute.ts'
import { nobody } from '../harness/nobody.ts'
import { aliasesOf } from './aliases.ts'
import { type Arena, arena, isValid } from './differential.ts'
import { makeQuery, type Operation } from './query.ts'
import { accountsWorld } from './worlds/accounts.ts'
import { faulty } from './worlds/faulty.ts'

process.env['APOLLO_TELEMETRY_DISABLED'] = '1'

type Executor = Awaited<ReturnType<ApolloGateway['load']>>['executor']
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const plain = (value: unknown): Result => JSON.parse(JSON.stringify(value))

/** Apollo's own gateway over the same subgraphs. */
async function stock({ supergraphSdl, fetch }: Arena): Promise<Executor> {
  const source = (subgraph: string): GraphQLDataSource => ({
    process: async ({ request: { query, variables } }) =>
      (await fetch({ subgraph, kind: 'query', body: JSON.stringify({ query, variables }) })) as never,
  })
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: quiet,
    buildService: ({ name }) => source(name),
  })
  const { executor } = await gateway.load()
  return executor
}

const askStock = async (executor: Executor, { query, variables }: Operation): Promise<Result> => {
  const document = parse(query)
  const request = {
    request: { query, variables },
    document,
    queryHash: query,
    metrics: {},
    logger: quiet,
    context: {},
  }
  // It also throws where it plans a query wrongly.
  return plain(await executor(request as never).catch((error: Error) => ({ errors: [error] })))
}

/** Whether a path leads to a null that the client sees; an input that only a requirement needed does not. */
function leadsToNull(data: unknown, [key, ...rest]: readonly (string | number)[] = []): boolean {
  if (data === null || data === undefined || key === undefined) return data === null
  return leadsToNull((data as Record<string | number, unknown>)[key], rest)
}

/** What a client can tell errors apart by, in any order. */
const errorsOf = ({ data, errors = [] }: Result): Set<string> =>
  new Set(
    errors
      .filter(({ path }) => leadsToNull(data, path))
      .map(({ message, path, extensions }) => JSON.stringify([message, path, extensions?.['code']])),
  )

for (const [world, least] of [
  [accountsWorld, 150],
  [faulty, 40],
] as const)
  test(`${world.name}: where Apollo's executor is right, ours says the same: data, messages, paths and codes`, async (t) => {
    const ground = arena(world)
    const executor = await stock(ground)
    let compared = 0
    const rolls = fc.array(fc.nat(10_000), { maxLength: 120, size: 'max' })
    const property = fc.asyncProperty(rolls, async (numbers) => {
      const asked = makeQuery(ground.oracle, numbers, aliasesOf(ground.oracle))
      fc.pre(isValid(ground, asked))
      const document = parse(asked.query)
      const { data } = plain(
        await executeMonolith({ schema: ground.oracle, document, variableValues: asked.variables }),
      )
      const theirs = await askStock(executor, asked)
      if (!isDeepStrictEqual(theirs.data, data)) return
      const compiled = compileOperation(ground.planning, document)
      const ours = plain(await execute(compiled, { ...asked, fetch: ground.fetch, context: nobody }))
      assert.deepEqual(ours.data, theirs.data, asked.query)
      // Under conditions our fetches differ, and so does what graphql-js reports beside a null that spreads.
      if (!asked.query.includes(' @')) assert.deepEqual(errorsOf(ours), errorsOf(theirs), asked.query)
      compared += 1
    })
    await fc.assert(property, { seed: 7, numRuns: 300, maxSkipsPerRun: 1_000, endOnFailure: true })
    t.diagnostic(`${compared} of 300 compared`)
    assert(compared >= least)
  })
