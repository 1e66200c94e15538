import { type ConstDirectiveNode, type DefinitionNode, parse, type SchemaDefinitionNode } from 'graphql'
import { argumentOf, directivesOf, type SupergraphSdl, textOf } from './sdl.ts'

const link = (supergraph: SupergraphSdl): ConstDirectiveNode | undefined =>
  directivesOf(supergraph.schema, 'link').find((one) => /\/inaccessible\/v/.test(textOf(one, 'url')))

/** The name @inaccessible has in this supergraph. */
export const inaccessibleName = (supergraph: SupergraphSdl): string =>
  String(argumentOf(link(supergraph), 'as') ?? 'inaccessible')

const declaration = parse(
  `schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
  directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM |
    ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION`,
  { noLocation: true },
).definitions as [SchemaDefinitionNode, DefinitionNode]

/** Declares @inaccessible in a supergraph that does not use it yet. */
export function declareInaccessible(supergraph: SupergraphSdl): void {
  if (link(supergraph)) return
  const [schema, directive] = declaration
  supergraph.schema.directives.push(...(schema.directives ?? []))
  supergraph.extra.push(directive)
}
