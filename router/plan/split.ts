import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { OwnFields } from './own-fields.ts'
import type { RequiredArguments, Slots } from './required-arguments.ts'

type Part = { document: DocumentNode; requires: QueryPlanSelectionNode[] }
type Whole = {
  fetch: FetchNode
  requires: QueryPlanSelectionNode[]
  document: DocumentNode
  repairs: { required: RequiredArguments; own: OwnFields }
}

/** Whether two names want the same place in one representation. */
function conflicts(
  selections: readonly QueryPlanSelectionNode[],
  required: RequiredArguments,
  seen = new Map<string, string>(),
  path = '',
): boolean {
  return selections.some((one) => {
    if (one.kind === 'InlineFragment') return conflicts(one.selections, required, seen, path)
    const slot = `${path}/${required.calls.get(one.name)?.name ?? one.name}`
    if ((seen.get(slot) ?? one.name) !== one.name) return true
    seen.set(slot, one.name)
    return one.selections ? conflicts(one.selections, required, seen, slot) : false
  })
}

/** Splits an entity fetch whose representation would need two values under one name into one fetch per value. */
export function splitBySlots(whole: Whole): Part[] {
  const { requires, document, repairs } = whole
  if (!conflicts(requires, repairs.required)) return [{ document, requires }]
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  const entities = operation?.selectionSet.selections[0]
  if (!operation || entities?.kind !== Kind.FIELD || !entities.selectionSet) return [{ document, requires }]
  const set = entities.selectionSet
  const groups = new Groups()
  const groupOf = assign(set, whole, groups)
  if (groups.all.length === 1) return [{ document, requires }]
  return groups.all.map((group) => ({
    document: withSelections(document, operation, entities, keep(set, groupOf, group)),
    requires: inputs(requires, { group, groups: groups.all, ...repairs }),
  }))
}

const same = (one: Set<string>, other: Set<string>): boolean =>
  one.size === other.size && [...one].every((item) => other.has(item))

/** Sets of selected fields whose inputs fit into one representation. */
class Groups {
  readonly all: Slots[] = []

  /** The first group these inputs fit into, a new one if there is none. */
  with(slots: Slots): Slots {
    const fits = (group: Slots): boolean =>
      [...slots].every(([slot, sources]) => same(group.get(slot) ?? sources, sources))
    const group = this.all.find(fits) ?? new Map<string, Set<string>>()
    if (!this.all.includes(group)) this.all.push(group)
    for (const [slot, sources] of slots) group.set(slot, sources)
    return group
  }
}

type Assigned = Map<FieldNode, Slots>

function assign(set: SelectionSetNode, { fetch, repairs }: Whole, groups: Groups): Assigned {
  const assigned: Assigned = new Map()
  const walk = ({ selections }: SelectionSetNode, type: string): void => {
    for (const one of selections)
      if (one.kind === Kind.INLINE_FRAGMENT) walk(one.selectionSet, one.typeCondition?.name.value ?? type)
      else if (one.kind === Kind.FIELD) {
        const slots = repairs.required.slots.get(`${fetch.serviceName}|${type}.${one.name.value}`)
        assigned.set(one, groups.with(slots ?? new Map()))
      }
  }
  walk(set, '')
  return assigned
}

function keep(set: SelectionSetNode, groupOf: Assigned, group: Slots): SelectionSetNode {
  const selections = set.selections.flatMap((one): SelectionNode[] => {
    if (one.kind === Kind.FIELD) return groupOf.get(one) === group ? [one] : []
    if (one.kind !== Kind.INLINE_FRAGMENT) return []
    const selectionSet = keep(one.selectionSet, groupOf, group)
    return selectionSet.selections.length ? [{ ...one, selectionSet }] : []
  })
  return { ...set, selections }
}

const withSelections = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  entities: FieldNode,
  selectionSet: SelectionSetNode,
): DocumentNode => ({
  ...document,
  definitions: [
    {
      ...operation,
      selectionSet: { ...operation.selectionSet, selections: [{ ...entities, selectionSet }] },
    },
  ],
})

type Inputs = { group: Slots; groups: Slots[]; required: RequiredArguments; own: OwnFields }

/** The part of the inputs that one group needs: keys, and its own values. */
function inputs(
  selections: readonly QueryPlanSelectionNode[],
  of: Inputs,
  path = '',
): QueryPlanSelectionNode[] {
  return selections.flatMap((one): QueryPlanSelectionNode[] => {
    if (one.kind === 'InlineFragment') return [{ ...one, selections: inputs(one.selections, of, path) }]
    const original = of.required.calls.get(one.name)?.name ?? one.name
    const slot = `${path}/${original}`
    const wanted = of.group.get(slot)
    const others = of.groups.some((group) => group !== of.group && group.get(slot)?.has(one.name))
    const foreign = of.required.calls.has(one.name) || (others && !of.own.keys.has(original))
    if (wanted ? !wanted.has(one.name) : foreign) return []
    if (!one.selections) return [one]
    const inner = inputs(one.selections, of, slot)
    return inner.length ? [{ ...one, selections: inner }] : []
  })
}
