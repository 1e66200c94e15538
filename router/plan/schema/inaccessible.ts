import { type ConstDirectiveNode, type DefinitionNode, parse, type SchemaDefinitionNode } from 'graphql'
import { argumentOf, directivesOf, type SupergraphSdl, textOf } from './sdl.ts'

/** What brings a feature in: in Federation 1 it was @core. */
const linksOf = ({ schema }: SupergraphSdl): [ConstDirectiveNode[], 'core' | 'link', 'feature' | 'url'] => {
  const cores = directivesOf(schema, 'core')
  return cores.length > 0 ? [cores, 'core', 'feature'] : [directivesOf(schema, 'link'), 'link', 'url']
}

function link(supergraph: SupergraphSdl): ConstDirectiveNode | undefined {
  const [links, , url] = linksOf(supergraph)
  return links.find((one) => /\/inaccessible\/v/.test(textOf(one, url)))
}

/** The name @inaccessible has in this supergraph. */
export const inaccessibleName = (supergraph: SupergraphSdl): string =>
  String(argumentOf(link(supergraph), 'as') ?? 'inaccessible')

const declaration = (name: string, url: string) =>
  parse(
    `schema @${name}(${url}: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
  directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM |
    ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION`,
    { noLocation: true },
  ).definitions as [SchemaDefinitionNode, DefinitionNode]

/** Declares @inaccessible in a supergraph that does not use it yet. */
export function declareInaccessible(supergraph: SupergraphSdl): void {
  if (link(supergraph)) return
  const [, name, url] = linksOf(supergraph)
  const [schema, directive] = declaration(name, url)
  supergraph.schema.directives.push(...(schema.directives ?? []))
  supergraph.extra.push(directive)
}
