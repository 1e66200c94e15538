import { type DocumentNode, type FieldNode, Kind, type OperationDefinitionNode, print, visit } from 'graphql'
import { isTypename, nameNode, responseKey, typename } from './nodes.ts'
import { isCallName } from './schema/required-arguments.ts'

export type Path = readonly (string | number)[]

/** How the response keys of one operation are called between the router and the subgraphs. */
export type ClientNames = {
  /** The key under which a field's value arrives from the subgraphs. */
  inner(field: FieldNode): string
  /** A path in the client's keys; one into a field that only the planner asked for ends at the object it is of. */
  outer(path: Path): Path
}

const call = (field: FieldNode): string =>
  `${field.name.value}(${field.arguments?.map(print).sort().join() ?? ''})`

const introspections = new Set(['__schema', '__type'])

/**
 * Gives a response key another name where the planner would take it for something else: where it equals a field the
 * planner fetches on its own account (`upc: name`), where it looks like a name we made, and where one key stands for
 * two calls under different types (the planner may put both into one selection).
 */
export function nameInside(operation: OperationDefinitionNode, planners: ReadonlySet<string>): ClientNames {
  const inner = new Map<string, Map<string, string>>()
  const outer = new Map<string, string>()
  const add = (field: FieldNode): void => {
    const key = responseKey(field)
    const calls = inner.get(key) ?? new Map<string, string>()
    if (isTypename(field) || calls.has(call(field))) return
    inner.set(key, calls)
    const taken = key !== field.name.value && (planners.has(key) || key.includes('__'))
    const free = !calls.size && !taken && !(key in Object.prototype)
    const name = free ? key : `${key}__client${outer.size}`
    calls.set(call(field), name)
    if (!free) outer.set(name, key)
  }
  visit(operation, { Field: (field) => (introspections.has(field.name.value) ? false : add(field)) })
  return {
    inner: (field) =>
      isTypename(field)
        ? '__typename'
        : (inner.get(responseKey(field))?.get(call(field)) ?? field.name.value),
    outer: (path) => {
      const own = path.findIndex((key) => isCallName(String(key)))
      const known = own < 0 ? path : path.slice(0, own)
      return known.map((key) => outer.get(String(key)) ?? key)
    },
  }
}

/** The document the planner gets to see: what asks for the schema itself is not its business (introspect.ts). */
export function documentInside(operation: OperationDefinitionNode, names: ClientNames): DocumentNode {
  const renamed = visit(operation, {
    SelectionSet: {
      leave: (set) => (set.selections.length > 0 ? undefined : { ...set, selections: [typename] }),
    },
    Field(field) {
      if (introspections.has(field.name.value)) return null
      const { alias: _, ...rest } = field
      const key = names.inner(field)
      if (key === responseKey(field)) return undefined
      return key === field.name.value ? rest : { ...rest, alias: nameNode(key) }
    },
  })
  return { kind: Kind.DOCUMENT, definitions: [renamed] }
}
