import {
  type Operation,
  operationFromDocument,
  type Schema,
  type Supergraph,
} from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { createPromised } from '../checks/promised.ts'
import { createMustBeSound } from '../checks/sound.ts'
import { createSubgraphSchemas } from '../checks/subgraph-schemas.ts'
import { createVerifier } from '../checks/verify.ts'
import { type ClientNames, documentInside } from '../client-names.ts'
import { askTypes } from './ask-types.ts'
import type { Way } from './attempt.ts'
import { computes, computesOrStandsIn, createOwners } from './computed.ts'
import { explode } from './explode.ts'
import { inTime, OutOfTime } from './in-time.ts'
import { withInnerAliases } from './inner-aliases.ts'
import { createLifts } from './lift.ts'
import { createNarrow } from './narrow.ts'
import { otherOrders } from './orders.ts'
import { type Repairs, repairPlan } from './repair.ts'
import { createRestore } from './restore.ts'
import { createWithoutRootNames } from './root-names.ts'
import { createStages, type Stages } from './stages.ts'
import { createStandAlone } from './stand-alone.ts'

/** A plan, and the operation that it is of, under the router's names. */
export type Planned = { inside: Operation; plan: QueryPlan }

/** The ways to plan an operation, the usual one first. Each plan is repaired, restored and verified. */
export type Ways = (operation: OperationDefinitionNode, names: ClientNames) => Iterable<Way<Planned>>

export type WaysOptions = {
  supergraph: Supergraph
  /** All subgraphs' types together. */
  supergraphSchema: GraphQLSchema
  /** What clients see, for the planner and for graphql-js. */
  api: Schema
  schema: GraphQLSchema
  repairs: Repairs
  /** Each label of a progressive override, and whether the new owner is asked. */
  overrides: Map<string, boolean>
}

export function createWays(options: WaysOptions): Ways {
  const { supergraph, supergraphSchema, api, schema, repairs } = options
  const interfaceObjects = [...repairs.own.interfaceObjects.keys()]
  const lifts = createLifts(schema, repairs.required, interfaceObjects)
  const narrow = createNarrow(schema, interfaceObjects)
  const find = createFind(options)
  const checks = checksOf(options)
  const correct = createCorrect(options, checks)
  const verify = createVerifier({ ...checks, schema: supergraphSchema })
  const { mustBeSound } = checks
  const ownerOf = createOwners(supergraph, computes)
  const stages = { supergraph, ownerOf, roots: repairs.roots, mustBeSound, verify }
  const inStages = createStages({ ...stages, waits: ({ chained }) => chained })
  const inAllStages = createStages({ ...stages, waits: () => true })
  // Down to three fields the ways through interface objects are few.
  const inShortStages = createStages({
    ...stages,
    ownerOf: createOwners(supergraph, computesOrStandsIn),
    waits: ({ path }) => path.filter((step) => step !== '@').length >= 3,
    first: true,
  })

  const usually =
    (document: DocumentNode): Way<Planned> =>
    (longest) => {
      const inside = read(document, api)
      return { inside, plan: correct(document, find(document, api, longest)) }
    }
  const staged =
    (document: DocumentNode, inStages: Stages): Way<Planned> =>
    (longest) => {
      // What is required may be hidden from clients.
      const stage = (one: DocumentNode) => find(one, supergraph.schema, longest)
      return { inside: read(document, api), plan: correct(document, inStages(document, stage)) }
    }
  return function* ways(asked, names) {
    const operation = narrow(asked)
    const usual = documentInside(lifts.computed(operation), names)
    yield usually(usual)
    const asIs = documentInside(operation, names)
    yield staged(asIs, inStages)
    yield staged(asIs, inAllStages)
    if (interfaceObjects.length > 0) yield staged(asIs, inShortStages)
    const all = documentInside(lifts.all(operation), names)
    yield usually(all)
    const typed = askTypes(usual)
    if (typed) yield usually(typed)
    for (const one of otherOrders(usual)) yield usually(one)
    for (const one of otherOrders(all)) yield usually(one)
  }
}

const read = (document: DocumentNode, from: Schema) =>
  operationFromDocument(from, document, { validate: false })

// Where each step of a long chain may be taken in several ways, as through interface objects, the planner would follow
// every combination for minutes; an ordinary field has fewer than fifty.
const mostPaths = 1_000
const isLost = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Too many options generated')

/** Finds a plan of a document of a schema, in so many milliseconds: type by type where there is no way otherwise. */
function createFind({ supergraph, supergraphSchema, api, schema, repairs, overrides }: WaysOptions) {
  const planner = new QueryPlanner(supergraph, { debug: { maxEvaluatedPlans: 1_000, pathsLimit: mostPaths } })
  function found(document: DocumentNode, from: Schema, longest: number): QueryPlan {
    const operation = read(document, from)
    return inTime(longest, () => planner.buildQueryPlan(operation, { overrideConditions: overrides }))
  }
  return (document: DocumentNode, from: Schema, longest: number): QueryPlan => {
    try {
      return found(document, from, longest)
    } catch (error) {
      const exploded = explode(document, from === api ? schema : supergraphSchema)
      // Through interface objects it finds too many type by type, too, but not in short stages.
      const lost = repairs.own.interfaceObjects.size > 0 && isLost(error)
      if (error instanceof OutOfTime || lost || !exploded) throw error
      return found(exploded, from, longest)
    }
  }
}

/** What plans of a supergraph are checked by. */
const checksOf = ({ supergraph, supergraphSchema }: WaysOptions) => ({
  supergraph,
  supergraphSchema,
  promised: createPromised(supergraph),
  schemaOf: createSubgraphSchemas(supergraph),
  mustBeSound: createMustBeSound(supergraph),
})

/** Mends what the planner found for a document of clients; throws where it answers wrongly all the same. */
function createCorrect(options: WaysOptions, checks: ReturnType<typeof checksOf>) {
  const { supergraph, supergraphSchema, schema, repairs } = options
  const withoutRootNames = createWithoutRootNames(supergraphSchema)
  const restore = createRestore(checks)
  const standAlone = createStandAlone(supergraph)
  const verify = createVerifier({ ...checks, schema })
  return (document: DocumentNode, raw: QueryPlan): QueryPlan => {
    const plan = standAlone(repairPlan(restore(withInnerAliases(withoutRootNames(raw)), document), repairs))
    checks.mustBeSound(plan)
    verify(plan, document)
    return plan
  }
}
