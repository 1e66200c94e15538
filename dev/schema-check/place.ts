import { type DocumentNode, parse, type TypeDefinitionNode } from 'graphql'
import type { SubgraphEntry } from '../subgraphs.ts'

const membersOf = (node: TypeDefinitionNode) =>
  ('fields' in node ? node.fields : 'values' in node ? node.values : undefined) ?? []

/** The subgraphs that have `Type.member`, by the supergraph file's own words. */
function ownersOf(supergraph: DocumentNode, type: string | undefined, member: string | undefined): string[] {
  const members = definitions(supergraph, type).flatMap((node) => [...membersOf(node)])
  const joins = members.find(({ name }) => name.value === member)?.directives ?? []
  const values = joins.flatMap((join) => join.arguments?.map(({ value }) => value) ?? [])
  return values.flatMap((value) => (value.kind === 'EnumValue' ? value.value.toLowerCase() : []))
}

/** `file:line` of `Type.member` in the subgraphs' files; where it is gone, of its type in the file that had it. */
export function lineOf(coordinate: string, entries: SubgraphEntry[], before: DocumentNode): string {
  const [type, member] = coordinate.split('.')
  const types = entries.flatMap(({ file, sdl }) =>
    definitions(parse(sdl), type).map((node) => ({ file, node })),
  )
  for (const { file, node } of types) {
    const line = membersOf(node).find(({ name }) => name.value === member)?.name.loc?.startToken.line
    if (line) return `${file}:${line}`
  }
  const owners = ownersOf(before, type, member)
  const had = entries.filter(({ name }) => owners.includes(name)).map(({ file }) => file)
  const first = types.find(({ file }) => had.includes(file)) ?? types[0]
  return first ? `${first.file}:${first.node.name.loc?.startToken.line}` : `${entries[0]?.file ?? 'schema'}:1`
}

const definitions = ({ definitions: all }: DocumentNode, name: string | undefined): TypeDefinitionNode[] =>
  all.filter((node): node is TypeDefinitionNode => 'name' in node && node.name?.value === name)
