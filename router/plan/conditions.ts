import { fragmentsOf } from '@puchi/platform/graphql/fragments'
import {
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { nameNode } from './nodes.ts'

/** What the variables of @skip and @include are in one request. */
export type Decisions = Readonly<Record<string, unknown>>

/** The variables that decide about @skip and @include anywhere in a document. */
export function decidingVariables(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    Directive(one) {
      const value = one.arguments?.[0]?.value
      if ((one.name.value === 'skip' || one.name.value === 'include') && value?.kind === Kind.VARIABLE)
        names.add(value.name.value)
    },
  })
  return [...names].sort()
}

function stays(node: SelectionNode, decisions: Decisions): boolean {
  return (node.directives ?? []).every((one) => {
    const value = one.arguments?.[0]?.value
    if (value?.kind !== Kind.VARIABLE && value?.kind !== Kind.BOOLEAN) return true
    const holds = value.kind === Kind.BOOLEAN ? value.value : decisions[value.name.value] === true
    return one.name.value === 'skip' ? !holds : one.name.value !== 'include' || holds
  })
}

const undecided = (node: SelectionNode) =>
  node.directives?.filter(({ name }) => name.value !== 'skip' && name.value !== 'include') ?? []

const placeholder: FieldNode = { kind: Kind.FIELD, name: nameNode('__typename') }

/** Whether a field only stands in for a selection of which nothing is left. */
export const isPlaceholder = (field: FieldNode): boolean => field === placeholder

/**
 * The operation with every @skip and @include decided and every fragment written out. The planner loses fields under
 * contradicting conditions, and one skipped field's missing input can void its siblings; a plan for each decision
 * has neither fault, and key order follows from the text alone.
 */
export function decide(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  decisions: Decisions,
): OperationDefinitionNode {
  const fragments = fragmentsOf(document)

  const inlined = (node: SelectionNode): FieldNode | InlineFragmentNode => {
    if (node.kind !== Kind.FRAGMENT_SPREAD) return node
    const fragment = fragments.get(node.name.value)
    if (!fragment) throw new Error(`Unknown fragment "${node.name.value}"`)
    const { typeCondition, selectionSet } = fragment
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, directives: undecided(node) }
  }
  const kept = (node: SelectionNode): SelectionNode[] => {
    if (!stays(node, decisions)) return []
    const whole = { ...inlined(node), directives: undecided(node) }
    if (!whole.selectionSet) return [whole]
    const selections = whole.selectionSet.selections.flatMap(kept)
    if (whole.kind === Kind.INLINE_FRAGMENT && !selections.length) return []
    return [{ ...whole, selectionSet: filled(selections) }]
  }
  const filled = (selections: SelectionNode[]): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: selections.length ? selections : [placeholder],
  })
  return { ...operation, selectionSet: filled(operation.selectionSet.selections.flatMap(kept)) }
}
