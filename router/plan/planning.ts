import { type Operation, operationFromDocument, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, parse, print } from 'graphql'
import { type ClientNames, documentInside, nameInside } from './client-names.ts'
import { type Decisions, decide } from './conditions.ts'
import { ownFieldsOf } from './own-fields.ts'
import { repairPlan } from './repair.ts'
import { nameRequiredArguments } from './required-arguments.ts'
import { openSupergraph } from './sdl.ts'
import { withoutSecurity } from './security.ts'
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
  /** The SDL as it was given, security directives included. */
  supergraphSdl: string
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
  const supergraph = openSupergraph(withoutSecurity(parse(supergraphSdl, { noLocation: true })))
  for (const { name, fields } of supergraph.types.values())
    for (const field of fields)
      if (ourNames.test(field.name.value))
        throw new Error(`${name.value}.${field.name.value} has a name this router keeps for itself`)
  const required = nameRequiredArguments(supergraph)
  const warnings = dropUnresolvableKeys(supergraph)
  return { sdl: print(supergraph.document()), repairs: { required, own: ownFieldsOf(supergraph) }, warnings }
}

/** Reads a supergraph and builds its planner; throws when Apollo's loader does not accept it. */
export function createPlanning(supergraphSdl: string): Planning {
  const { sdl, repairs, warnings } = correct(supergraphSdl)
  const supergraph = Supergraph.build(sdl, { validateSupergraph: true })
  const api = supergraph.apiSchema()
  const planner = new QueryPlanner(supergraph)
  const schema = api.toGraphQLJSSchema()
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema()
  const verify = createVerifier({ supergraph, supergraphSchema, schema })
  return {
    supergraphSdl,
    schema,
    supergraphSchema,
    warnings,
    plan(document, given, decisions) {
      const operation = decide(document, given, decisions)
      const names = nameInside(operation, repairs.own.all)
      const renamed = documentInside(operation, names)
      const inside = operationFromDocument(api, renamed, { validate: false })
      const plan = repairPlan(planner.buildQueryPlan(inside), repairs)
      verify(plan, renamed)
      return { operation, inside, names, plan }
    },
  }
}
