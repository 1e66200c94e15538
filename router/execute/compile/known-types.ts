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
  type SelectionSetNode,
} from 'graphql'
import { selectionSetOf, withSelectionSet } from '../../plan/checks/parsed-fetch.ts'
import type { Path } from '../../plan/client-names.ts'
import { isTypename, parseOperation, responseKey, textOf } from '../../plan/nodes.ts'
import { changeFetches, fetchesOf, withOperation } from '../../plan/walk.ts'
import { isPlain } from '../fetch/representation.ts'
import type { TypeAt } from '../fetch/request.ts'

const keyOf = (path: Path): string => path.join('.')

/**
 * A plan that asks no object for its type where only one is possible, and these types: the planner asks each entity for
 * it, which is much of what subgraphs write and the router reads. Only ways through fields count, not through
 * fragments: what they lead to depends on the object.
 */
export function withoutKnownTypes(
  plan: QueryPlan,
  schema: GraphQLSchema,
): { plan: QueryPlan; typeAt: TypeAt } {
  const types = new Map<string, GraphQLObjectType>()
  const typeAt: TypeAt = (path) => types.get(keyOf(path))?.name
  const fetches = fetchesOf(plan)
  if (plan.node?.kind === 'Subscription' || !fetches.every(({ fetch }) => isOrdinary(fetch, schema)))
    return { plan, typeAt }
  const walk = new Walk(types)
  const bare = changeFetches(plan, (fetch, wrap, path) => wrap(walk.fetch(fetch, { schema, path })))
  return { plan: bare, typeAt }
}

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
    const set = selectionSetOf(fetch, operation)
    const root = path.length ? undefined : schema.getRootType(fetch.operationKind)
    const changed = fetch.requires ? this.#ofEntities(set, path) : root ? this.#below(set, root, path) : set
    return changed === set ? fetch : withOperation(fetch, textOf(withSelectionSet(fetch, operation, changed)))
  }

  #ofEntities(set: SelectionSetNode, path: Path): SelectionSetNode {
    const type = this.#types.get(keyOf(path))
    const [only, ...more] = set.selections
    if (!type || only?.kind !== Kind.INLINE_FRAGMENT || more.length) return set
    if (only.typeCondition?.name.value !== type.name) return set
    return {
      ...set,
      selections: [{ ...only, selectionSet: bare(this.#below(only.selectionSet, type, path)) }],
    }
  }

  /** Looks below the fields of a set, which itself stays as it is. */
  #below(set: SelectionSetNode, type: GraphQLObjectType, path: Path): SelectionSetNode {
    const selections = onlyFields(set)?.map((field) => {
      const declared = type.getFields()[field.name.value]?.type
      const named = declared && getNamedType(declared)
      if (!field.selectionSet || !isObjectType(named)) return field
      const at = [...path, responseKey(field), ...listsOf(declared)]
      this.#types.set(keyOf(at), named)
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
