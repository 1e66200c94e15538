import { type DocumentNode, Kind, type SelectionNode } from 'graphql'
import { Refusal } from '../errors.ts'
import { fragmentsOf } from '../graphql/fragments.ts'

/**
 * Refuses @skip and @include at the root of a subscription, in fragments too, as GraphQL does from September 2025 on
 * (5.2.4.1): whoever subscribes must know to what. graphql-js 16 cannot validate such a document, it throws.
 */
export function refuseRootCondition(document: DocumentNode): void {
  const fragments = fragmentsOf(document)

  const isConditional = (one: SelectionNode): boolean =>
    one.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include') ||
    (one.kind !== Kind.FIELD && inside(one).some(isConditional))

  function inside(one: Exclude<SelectionNode, { kind: Kind.FIELD }>): readonly SelectionNode[] {
    if (one.kind === Kind.INLINE_FRAGMENT) return one.selectionSet.selections
    const fragment = fragments.get(one.name.value)
    fragments.delete(one.name.value) // once is enough, also where it spreads itself
    return fragment?.selectionSet.selections ?? []
  }
  for (const one of document.definitions)
    if (one.kind === Kind.OPERATION_DEFINITION && one.operation === 'subscription')
      if (one.selectionSet.selections.some(isConditional))
        throw new Refusal(
          'GRAPHQL_VALIDATION_FAILED',
          'The root field of a subscription may not depend on @skip or @include.',
        )
}
