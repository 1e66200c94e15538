import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
} from 'graphql'
import type { Path } from '../plan/client-names.ts'
import { isTypename, parseOperation, responseKey } from '../plan/nodes.ts'
import { changeFetches, fetchesOf, withOperation } from '../plan/walk.ts'
import { isPlain } from './representation.ts'

/** The object types that the schema alone tells of places in an answer. */
export type KnownTypes = {
  at(path: Path): string | undefined
}

const textOf = (path: Path): string => path.join('.')

/**
 * A plan that asks no object for its type where only one is possible, and these types: the planner asks each entity for
 * it, which is much of what subgraphs write and the router reads. Only ways through fields count, not through
 * fragments: what they lead to depends on the object.
 */
export function withoutKnownTypes(
  plan: QueryPlan,
  schema: GraphQLSchema,
): { plan: QueryPlan; known: KnownTypes } {
  const types = new Map<string, GraphQLObjectType>()
  const known = knownFrom(types)
  const fetches = fetchesOf(plan)
  if (plan.node?.kind === 'Subscription' || !fetches.every(({ fetch }) => isOrdinary(fetch, schema)))
    return { plan, known }
  const walk = new Walk(types)
  const bare = changeFetches(plan, (fetch, wrap, path) => wrap(walk.fetch(fetch, { schema, path })))
  return { plan: bare, known }
}

const knownFrom = (types: ReadonlyMap<string, GraphQLObjectType>): KnownTypes => ({
  at: (path) => types.get(textOf(path))?.name,
})

const isOrdinary = (fetch: FetchNode, schema: GraphQLSchema): boolean =>
  !fetch.outputRewrites?.length &&
  !fetch.contextRewrites?.length &&
  (!fetch.requires || isPlain(schema, fetch))

class Walk {
  readonly #types: Map<string, GraphQLObjectType>

  constructor(types: Map<string, GraphQLObjectType>) {
    this.#types = types
  }

  fetch(fetch: FetchNode, { schema, path }: { schema: GraphQLSchema; path: Path }): FetchNode {
    const operation = parseOperation(fetch.operation)
    const changed = fetch.requires
      ? this.#entities(operation, path)
      : this.#root(operation, schema.getRootType(fetch.operationKind), path)
    return changed === operation ? fetch : withOperation(fetch, stripIgnoredCharacters(print(changed)))
  }

  #root(operation: OperationDefinitionNode, type: GraphQLObjectType | null | undefined, path: Path) {
    if (!type || path.length) return operation
    return { ...operation, selectionSet: this.#below(operation.selectionSet, type, path) }
  }

  #entities(operation: OperationDefinitionNode, path: Path): OperationDefinitionNode {
    const type = this.#types.get(textOf(path))
    const [field] = operation.selectionSet.selections
    if (field?.kind !== Kind.FIELD || !field.selectionSet) return operation
    const [only, ...more] = field.selectionSet.selections
    if (!type || only?.kind !== Kind.INLINE_FRAGMENT || more.length) return operation
    if (only.typeCondition?.name.value !== type.name) return operation
    const entity = { ...only, selectionSet: bare(this.#below(only.selectionSet, type, path)) }
    const entities = { ...field, selectionSet: { ...field.selectionSet, selections: [entity] } }
    return { ...operation, selectionSet: { ...operation.selectionSet, selections: [entities] } }
  }

  /** Looks below the fields of a set, which itself stays as it is. */
  #below(set: SelectionSetNode, type: GraphQLObjectType, path: Path): SelectionSetNode {
    const selections = onlyFields(set)?.map((field) => {
      const declared = type.getFields()[field.name.value]?.type
      const named = declared && getNamedType(declared)
      if (!field.selectionSet || !isObjectType(named)) return field
      const at = [...path, responseKey(field), ...listsOf(declared)]
      this.#types.set(textOf(at), named)
      return { ...field, selectionSet: bare(this.#below(field.selectionSet, named, at)) }
    })
    return selections ? { ...set, selections } : set
  }
}

/** The selections of a set without fragments. */
const onlyFields = ({ selections }: SelectionSetNode): readonly FieldNode[] | undefined =>
  selections.every((one) => one.kind === Kind.FIELD) ? selections : undefined

/** One `@` for each list that a value of the type is inside. */
function listsOf(type: GraphQLType | undefined): string[] {
  const present = getNullableType(type)
  return isListType(present) ? ['@', ...listsOf(present.ofType)] : []
}

/** A set without `__typename`, where it asks for something else. */
function bare(set: SelectionSetNode): SelectionSetNode {
  const selections = onlyFields(set)?.filter((one) => !isTypename(one)) ?? []
  return selections.length ? { ...set, selections } : set
}
