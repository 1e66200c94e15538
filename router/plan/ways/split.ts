import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { OwnFields } from '../schema/own-fields.ts'
import type { RequiredArguments, Slots } from '../schema/required-arguments.ts'

type Part = { document: DocumentNode; requires: QueryPlanSelectionNode[]; slots?: Slots }
type Whole = {
  fetch: FetchNode
  requires: QueryPlanSelectionNode[]
  document: DocumentNode
  repairs: { required: RequiredArguments; own: OwnFields }
  /** Whether only fields with the very same inputs may share a fetch. */
  exact: boolean
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
  const { requires, document, repairs, exact } = whole
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  const entities = operation?.selectionSet.selections[0]
  if (!exact && !conflicts(requires, repairs.required)) return [{ document, requires }]
  if (!operation || entities?.kind !== Kind.FIELD || !entities.selectionSet) return [{ document, requires }]
  const set = entities.selectionSet
  const groups = new Groups(exact)
  const groupOf = assign(set, whole, groups)
  if (groups.all.length === 1) return groups.all.map((slots) => ({ document, requires, slots }))
  return groups.all.map((group) => ({
    document: withSelections(document, operation, entities, keep(set, groupOf, group)),
    requires: inputs(requires, { group, groups: groups.all, ...repairs }),
    slots: group,
  }))
}

const same = (one: Set<string> | undefined, other: Set<string>): boolean =>
  one?.size === other.size && [...other].every((item) => one.has(item))

/** Sets of selected fields whose inputs fit into one representation. */
class Groups {
  readonly all: Slots[] = []
  readonly #exact: boolean

  constructor(exact: boolean) {
    this.#exact = exact
  }

  /** The first group these inputs fit into, a new one if there is none. */
  with(slots: Slots): Slots {
    const group = this.all.find((one) => this.#fits(one, slots)) ?? new Map<string, Set<string>>()
    if (!this.all.includes(group)) this.all.push(group)
    for (const [slot, sources] of slots) group.set(slot, sources)
    return group
  }

  #fits(group: Slots, slots: Slots): boolean {
    if (this.#exact && group.size !== slots.size) return false
    return [...slots].every(([slot, sources]) =>
      same(group.get(slot) ?? (this.#exact ? undefined : sources), sources),
    )
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
  { path, condition }: { path: string; condition?: string | undefined } = { path: '' },
): QueryPlanSelectionNode[] {
  return selections.flatMap((one): QueryPlanSelectionNode[] => {
    if (one.kind === 'InlineFragment')
      return [{ ...one, selections: inputs(one.selections, of, { path, condition: one.typeCondition }) }]
    const slot = `${path}/${of.required.calls.get(one.name)?.name ?? one.name}`
    const conditions = conditionsOf(one.name, slot, of)
    const inner = one.selections && inputs(one.selections, of, { path: slot })
    if (!conditions || inner?.length === 0) return []
    const field = inner ? { ...one, selections: inner } : one
    if (conditions.has('') || conditions.has(condition ?? '')) return [field]
    // The planner asks for it of every type because another group does.
    return [...conditions].map((typeCondition) => ({
      kind: 'InlineFragment',
      typeCondition,
      selections: [field],
    }))
  })
}

/** The types for which a group wants an input; undefined when it wants it for none. */
function conditionsOf(
  name: string,
  slot: string,
  { group, groups, required, own }: Inputs,
): Set<string> | undefined {
  const sources = group.get(slot)
  if (!sources) {
    const others = groups.some(
      (one) => one !== group && [...(one.get(slot) ?? [])].some((of) => of.endsWith(`|${name}`)),
    )
    const foreign = required.calls.has(name) || (others && !own.keys.has(name))
    return foreign ? undefined : new Set([''])
  }
  const conditions = [...sources].map((source) => source.split('|')).filter(([, wanted]) => wanted === name)
  return conditions.length ? new Set(conditions.map(([condition = '']) => condition)) : undefined
}
