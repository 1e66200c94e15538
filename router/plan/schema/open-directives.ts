import {
  baseType,
  copyDirectiveDefinitionToSchema,
  type DirectiveDefinition,
  isExecutableDirectiveLocation,
  type Schema,
  type Supergraph,
} from '@apollo/federation-internals'
import {
  type ConstArgumentNode,
  type GraphQLSchema,
  isSpecifiedDirective,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import { nameNode } from '../nodes.ts'

// Incremental delivery is not served, whatever subgraphs declare.
const refused = new Set(['defer', 'stream'])

/**
 * Lets clients use the executable directives of a feature that subgraphs link by themselves (@composeDirective):
 * Apollo takes every element of a linked feature out of what clients see.
 */
export function openDirectives({ schema }: Supergraph, api: Schema): void {
  for (const definition of schema.directives())
    if (definition.hasExecutableLocations() && !api.directive(definition.name) && usable(definition, api))
      copyDirectiveDefinitionToSchema({
        definition,
        schema: api,
        copyDirectiveApplicationsInArguments: false,
        locationFilter: isExecutableDirectiveLocation,
      })
}

const usable = (definition: DirectiveDefinition, api: Schema): boolean =>
  !refused.has(definition.name) &&
  definition.arguments().every(({ type }) => type && api.type(baseType(type).name))

/** Writes out what a client leaves to a directive's default: a subgraph may declare another, or none. */
export type WriteDefaults = (operation: OperationDefinitionNode) => OperationDefinitionNode

export function createWriteDefaults(schema: GraphQLSchema): WriteDefaults {
  const defaults = new Map<string, ConstArgumentNode[]>()
  for (const directive of schema.getDirectives())
    if (!isSpecifiedDirective(directive)) defaults.set(directive.name, defaultsOf(directive.args))
  if (![...defaults.values()].some(({ length }) => length > 0)) return (operation) => operation
  return (operation) =>
    visit(operation, {
      Directive(one) {
        const given = new Set(one.arguments?.map(({ name }) => name.value))
        const left = defaults.get(one.name.value)?.filter(({ name }) => !given.has(name.value))
        return left?.length ? { ...one, arguments: [...(one.arguments ?? []), ...left] } : undefined
      },
    })
}

type Arguments = ReturnType<GraphQLSchema['getDirectives']>[number]['args']

const defaultsOf = (args: Arguments): ConstArgumentNode[] =>
  args.flatMap(({ name, astNode }) => {
    const value = astNode?.defaultValue
    return value ? [{ kind: Kind.ARGUMENT, name: nameNode(name), value }] : []
  })
