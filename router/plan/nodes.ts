import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql'

export const nameNode = (value: string): NameNode => ({ kind: Kind.NAME, value })

export const typename: FieldNode = { kind: Kind.FIELD, name: nameNode('__typename') }

export const isTypename = (node: SelectionNode): boolean =>
  node.kind === Kind.FIELD && node.name.value === '__typename'

/** The key under which a field stands in the answer. */
export const responseKey = ({ alias, name }: FieldNode): string => alias?.value ?? name.value

/** The names of the variables that a node uses; those that it only declares are not among them. */
export function variablesIn(node: ASTNode): Set<string> {
  const used = new Set<string>()
  visit(node, {
    VariableDefinition: () => false,
    Variable({ name }) {
      used.add(name.value)
    },
  })
  return used
}

/** An operation's definitions of those variables. */
export const definitionsOf = (
  { variableDefinitions = [] }: OperationDefinitionNode,
  used: ReadonlySet<string>,
): VariableDefinitionNode[] => variableDefinitions.filter(({ variable }) => used.has(variable.name.value))

/** The first operation of a document that has one. */
export const operationOf = ({ definitions }: DocumentNode): OperationDefinitionNode =>
  definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode

/** Reads a text that holds an operation, such as a fetch of a plan has. */
export const parseOperation = (text: string): OperationDefinitionNode =>
  operationOf(parse(text, { noLocation: true }))

/** An operation or a document as the text of a fetch. */
export const textOf = (node: ASTNode): string => stripIgnoredCharacters(print(node))

/** Reads a field set such as `id price(currency: "USD")`. */
export const parseFieldSet = (text: string): SelectionSetNode => parseOperation(`{${text}}`).selectionSet

/** The names a field set selects at its top. */
export const namesOf = (fieldSet: string): string[] =>
  fieldSet
    ? parseFieldSet(fieldSet).selections.flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : []))
    : []

export const printFieldSet = (set: SelectionSetNode): string => set.selections.map(print).join(' ')
