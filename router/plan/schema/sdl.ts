import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type SchemaDefinitionNode,
  type TypeNode,
} from 'graphql'

type Open<T> = { -readonly [K in keyof T]: T[K] }

/** A field definition whose directives may be changed. */
export type Field = Open<FieldDefinitionNode> & { directives: ConstDirectiveNode[] }

/** An object or interface type whose fields and directives may be changed. */
export type Composite = Open<Omit<ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode, 'fields'>> & {
  fields: Field[]
  directives: ConstDirectiveNode[]
}

/** A supergraph's SDL, opened for changes. */
export type SupergraphSdl = {
  schema: Open<SchemaDefinitionNode> & { directives: ConstDirectiveNode[] }
  types: Map<string, Composite>
  unions: Set<string>
  /** Definitions to add. */
  extra: DefinitionNode[]
  /** The enum value of a subgraph (`USERS`) to its name (`users`). */
  subgraphs: Map<string, string>
  field(type: string, name: string): Field | undefined
  document(): DocumentNode
}

/** The directives of that name on a node. */
export const directivesOf = (
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | undefined,
  name: string,
): ConstDirectiveNode[] => node?.directives?.filter((one) => one.name.value === name) ?? []

/** A string, enum or boolean argument of a directive. */
export function argumentOf(
  directive: ConstDirectiveNode | undefined,
  name: string,
): string | boolean | undefined {
  const value = directive?.arguments?.find((one) => one.name.value === name)?.value
  return value && 'value' in value ? value.value : undefined
}

/** The text of an argument; empty where it is absent. */
export const textOf = (directive: ConstDirectiveNode | undefined, name: string): string =>
  String(argumentOf(directive, name) ?? '')

/** The same directive with one argument's text replaced. */
export const withText = (directive: ConstDirectiveNode, name: string, value: string): ConstDirectiveNode => ({
  ...directive,
  arguments:
    directive.arguments?.map((one) =>
      one.name.value === name ? { ...one, value: { kind: Kind.STRING, value } } : one,
    ) ?? [],
})

/** The same directive without some of its arguments. */
export const without = (directive: ConstDirectiveNode, ...names: string[]): ConstDirectiveNode => ({
  ...directive,
  arguments: directive.arguments?.filter((one) => !names.includes(one.name.value)) ?? [],
})

export const baseTypeOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : baseTypeOf(type.type)

const openType = (node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode): Composite => ({
  ...node,
  directives: [...(node.directives ?? [])],
  fields: (node.fields ?? []).map((field) => ({ ...field, directives: [...(field.directives ?? [])] })),
})

function subgraphsOf(document: DocumentNode): Map<string, string> {
  for (const one of document.definitions)
    if (one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === 'join__Graph')
      return new Map(
        one.values?.map((value) => [value.name.value, textOf(directivesOf(value, 'join__graph')[0], 'name')]),
      )
  throw new Error('Not a supergraph: it names no subgraphs (enum join__Graph). Compose the subgraphs first.')
}

/** Opens a supergraph's document for changes; the document given stays as it is. */
export function openSdl(document: DocumentNode): SupergraphSdl {
  const subgraphs = subgraphsOf(document)
  const types = new Map<string, Composite>()
  const unions = new Set<string>()
  for (const one of document.definitions)
    if (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION)
      types.set(one.name.value, openType(one))
    else if (one.kind === Kind.UNION_TYPE_DEFINITION) unions.add(one.name.value)
  const found = document.definitions.find((one) => one.kind === Kind.SCHEMA_DEFINITION)
  if (!found) throw new Error('Not a supergraph: it has no schema definition')
  const schema = { ...found, directives: [...(found.directives ?? [])] }
  const extra: DefinitionNode[] = []
  const opened = (one: DefinitionNode): DefinitionNode => {
    if (one === found) return schema
    const type = 'name' in one && one.name ? types.get(one.name.value) : undefined
    return type ? (type as ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) : one
  }
  return {
    schema,
    types,
    unions,
    extra,
    subgraphs,
    field: (type, name) => types.get(type)?.fields.find((one) => one.name.value === name),
    document: () => ({ ...document, definitions: [...document.definitions.map(opened), ...extra] }),
  }
}
