import {
  type Operation,
  operationFromDocument,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  Supergraph,
} from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  print,
} from 'graphql'
import { type Askable, createAskable } from './askable.ts'
import { type ClientNames, documentInside, nameInside } from './client-names.ts'
import { type Decisions, decide } from './conditions.ts'
import { inTime, OutOfTime } from './in-time.ts'
import { createLifts } from './lift.ts'
import { createLocal } from './local.ts'
import { createWriteDefaults, openDirectives } from './open-directives.ts'
import { otherOrders } from './orders.ts'
import { overrideLabels, undecided } from './override-labels.ts'
import { ownFieldsOf } from './own-fields.ts'
import { createPromised } from './promised.ts'
import { repairPlan } from './repair.ts'
import { nameRequiredArguments } from './required-arguments.ts'
import { createRestore } from './restore.ts'
import { openSupergraph } from './sdl.ts'
import { createStages } from './stages.ts'
import { createStandAlone } from './stand-alone.ts'
import { createSupplied } from './supplied.ts'
import { createVerifier } from './verify.ts'
import { dropUnresolvableKeys } from './way-back.ts'

/** One operation under one set of decisions, ready to be compiled. */
export type Plan = {
  /** The client's operation with every condition decided and every fragment written out. */
  operation: OperationDefinitionNode
  /** The same under the router's names, for Apollo's result shaping. */
  inside: Operation
  names: ClientNames
  plan: QueryPlan
}

/** Everything that is known from one supergraph. */
export type Planning = {
  /** The SDL as it was given. */
  supergraphSdl: string
  /** Every subgraph and its URL, in the file's order. */
  subgraphs: readonly { name: string; url?: string | undefined }[]
  /** What clients see. */
  schema: GraphQLSchema
  /** All subgraphs' types together, for telling the type of an object on its way. */
  supergraphSchema: GraphQLSchema
  /** What this supergraph promises and no plan can keep. */
  warnings: readonly string[]
  /** Throws a GraphQLError (UNRESOLVABLE_FIELD) rather than return a plan that would answer wrongly. */
  plan(document: DocumentNode, operation: OperationDefinitionNode, decisions: Decisions): Plan
}

const ourNames = /__rq\d+$/

function correct(supergraphSdl: string) {
  const supergraph = openSupergraph(parse(supergraphSdl, { noLocation: true }))
  for (const { name, fields } of supergraph.types.values())
    for (const field of fields)
      if (ourNames.test(field.name.value))
        throw new Error(`${name.value}.${field.name.value} has a name this router keeps for itself`)
  const required = nameRequiredArguments(supergraph)
  const overrides = overrideLabels(supergraph)
  const warnings = [...dropUnresolvableKeys(supergraph), ...undecided(overrides)]
  const repairs = { required, own: ownFieldsOf(supergraph) }
  return { sdl: print(supergraph.document()), repairs, overrides, warnings }
}

// Apollo's loader knows connectors, but they are for Apollo's router alone: it speaks REST for subgraphs that have no server.
const supported = new Set(
  [...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES].filter((feature) => !feature.includes('/connect/')),
)

type Attempt = { inside: Operation; plan: QueryPlan }
type Way = (longest: number) => Attempt

/** Tries one way after another for so long; what the planner cannot plan in any is refused. */
function attempt(ways: Iterable<Way>, longest: number): Attempt {
  const start = performance.now()
  let failure: unknown
  let late: OutOfTime | undefined
  for (const way of ways) {
    const left = longest - (performance.now() - start)
    if (failure && left < 1) {
      late ??= new OutOfTime(`No plan after ${longest} ms`)
      break
    }
    try {
      return way(Math.ceil(failure ? Math.min(left, longest / 4) : longest / 2))
    } catch (error) {
      if (error instanceof OutOfTime) late ??= error
      // The first failure tells more than those of the detours.
      failure ??= error
    }
  }
  throw unplanned(failure, late)
}

/** The refusal of what has no plan. */
function unplanned(failure: unknown, late: OutOfTime | undefined): GraphQLError {
  const known = failure instanceof GraphQLError ? failure : undefined
  const { message, extensions } = known ?? {
    message: 'This operation cannot be resolved here: the planner found no plan over the subgraphs.',
    extensions: { code: 'UNRESOLVABLE_FIELD' },
  }
  const originalError = late ?? (failure instanceof Error ? failure : null)
  return new GraphQLError(message, { extensions, originalError })
}

/** Whether a plan was only not found in time: another time it may be. */
export const isLate = (failure: unknown): boolean =>
  failure instanceof GraphQLError && failure.originalError instanceof OutOfTime

/**
 * Reads a supergraph and builds its planner; throws when Apollo's loader does not accept it. A first plan takes 40 ms,
 * a hard one 300: nothing useful takes longer than `longest`.
 */
export function createPlanning(supergraphSdl: string, longest = 2_000): Planning {
  const { sdl, repairs, overrides, warnings } = correct(supergraphSdl)
  const supergraph = Supergraph.build(sdl, {
    validateSupergraph: true,
    supportedFeatures: supported,
  })
  const api = supergraph.apiSchema()
  openDirectives(supergraph, api)
  const planner = new QueryPlanner(supergraph, { debug: { maxEvaluatedPlans: 1_000 } })
  const planned = (operation: Operation) =>
    planner.buildQueryPlan(operation, { overrideConditions: overrides })
  const schema = api.toGraphQLJSSchema()
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema()
  const circles = repairs.own.interfaceObjects.size > 0
  const lifts = createLifts(schema, repairs.required, repairs.own.interfaceObjects.keys())
  const writeDefaults = createWriteDefaults(schema)
  const checks = [createAskable(supergraph), createSupplied(supergraph)]
  const sound: Askable = (plan) => {
    for (const check of checks) check(plan)
  }
  const local = createLocal(supergraph)
  const given = { supergraph, supergraphSchema, promised: createPromised(supergraph), local }
  const restore = createRestore(given)
  const verify = createVerifier({ ...given, schema })
  const standAlone = createStandAlone(supergraph)
  const inStages = createStages(supergraph, sound)
  const read = (document: DocumentNode, from = api) =>
    operationFromDocument(from, document, { validate: false })
  const first = (operation: Operation, longest: number): QueryPlan =>
    circles ? inTime(longest, () => planned(operation)) : planned(operation)
  const whole = (document: DocumentNode, inside: Operation, found: QueryPlan): Attempt => {
    const plan = standAlone(repairPlan(restore(found, document), repairs))
    sound(plan)
    verify(plan, document)
    return { inside, plan }
  }
  const usually =
    (document: DocumentNode): Way =>
    (longest) => {
      const inside = read(document)
      return whole(document, inside, first(inside, longest))
    }
  // What is required may be hidden from clients.
  const staged =
    (document: DocumentNode): Way =>
    (longest) =>
      whole(
        document,
        read(document),
        inStages(document, (one) => first(read(one, supergraph.schema), longest)),
      )
  function* ways(operation: OperationDefinitionNode, names: ClientNames): Generator<Way> {
    const usual = documentInside(lifts.computed(operation), names)
    yield usually(usual)
    yield staged(documentInside(operation, names))
    const all = documentInside(lifts.all(operation), names)
    yield usually(all)
    for (const one of otherOrders(usual)) yield usually(one)
    for (const one of otherOrders(all)) yield usually(one)
  }
  return {
    supergraphSdl,
    subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
    schema,
    supergraphSchema,
    warnings,
    plan(document, asked, decisions) {
      const operation = writeDefaults(decide(document, asked, decisions))
      const names = nameInside(operation, repairs.own.all)
      const { inside, plan } = attempt(ways(operation, names), longest)
      return { operation, inside, names, plan }
    },
  }
}
