import {
  type Operation,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  Supergraph,
} from '@apollo/federation-internals'
import type { QueryPlan } from '@apollo/query-planner'
import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, parse } from 'graphql'
import { type ClientNames, nameInside } from './client-names.ts'
import { type Decisions, decide } from './conditions.ts'
import { keepNumbers, withNumbers } from './literals.ts'
import { declareExternals } from './schema/externals.ts'
import { addLateRoots, isLateName } from './schema/late-roots.ts'
import { createWriteDefaults, openDirectives } from './schema/open-directives.ts'
import { overrideLabels, overrideWarnings } from './schema/override-labels.ts'
import { ownFieldsOf } from './schema/own-fields.ts'
import { isCallName, nameRequiredArguments } from './schema/required-arguments.ts'
import { openSdl } from './schema/sdl.ts'
import { dropUnresolvableKeys } from './schema/way-back.ts'
import { firstOf } from './ways/attempt.ts'
import { createWays } from './ways/ways.ts'

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
  /** The same, read. */
  composed: DocumentNode
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

function correct(composed: DocumentNode) {
  const supergraph = openSdl(composed)
  for (const { name, fields } of supergraph.types.values())
    for (const field of fields)
      if (isCallName(field.name.value) || isLateName(field.name.value))
        throw new Error(`${name.value}.${field.name.value} has a name this router keeps for itself`)
  declareExternals(supergraph)
  const required = nameRequiredArguments(supergraph)
  const overrides = overrideLabels(supergraph)
  const warnings = [...dropUnresolvableKeys(supergraph), ...overrideWarnings(overrides)]
  const repairs = { required, own: ownFieldsOf(supergraph), roots: addLateRoots(supergraph) }
  return { document: supergraph.document(), repairs, overrides, warnings }
}

// Apollo's loader knows connectors, but they are for Apollo's router alone: it speaks REST for subgraphs that have no server.
const supported = new Set(
  [...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES].filter((feature) => !feature.includes('/connect/')),
)

/**
 * Reads a supergraph and builds its planner; throws when Apollo's loader does not accept it. A first plan takes 40 ms,
 * a hard one 300: nothing useful takes longer than `longest`.
 */
export function createPlanning(supergraphSdl: string, longest = 2_000): Planning {
  const composed = parse(supergraphSdl, { noLocation: true })
  const { document, repairs, overrides, warnings } = correct(composed)
  const supergraph = Supergraph.build(document, {
    validateSupergraph: true,
    supportedFeatures: supported,
  })
  const api = supergraph.apiSchema()
  openDirectives(supergraph, api)
  const schema = api.toGraphQLJSSchema()
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema()
  const writeDefaults = createWriteDefaults(schema)
  const ways = createWays({ supergraph, supergraphSchema, api, schema, repairs, overrides })
  return {
    supergraphSdl,
    composed,
    subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
    schema,
    supergraphSchema,
    warnings,
    plan(document, asked, decisions) {
      const operation = keepNumbers(schema, writeDefaults(decide(document, asked, decisions)))
      const names = nameInside(operation, repairs.own.all)
      const { inside, plan } = firstOf(ways(operation, names), longest)
      return { operation, inside, names, plan: withNumbers(plan) }
    },
  }
}
