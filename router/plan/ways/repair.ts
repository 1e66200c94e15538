import type {
  FetchDataRewrite,
  FetchNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
} from '@apollo/query-planner'
import { withoutUnused } from '@puchi/platform/graphql/without-unused'
import { type DocumentNode, parse, visit } from 'graphql'
import { isTypename, nameNode, textOf, variablesIn } from '../nodes.ts'
import type { LateRoots } from '../schema/late-roots.ts'
import type { OwnFields } from '../schema/own-fields.ts'
import type { RequiredArguments } from '../schema/required-arguments.ts'
import { changeFetches, type MustHave, type RepairedFetch, withOperation } from '../walk.ts'
import { splitBySlots } from './split.ts'

export type Repairs = { required: RequiredArguments; own: OwnFields; roots: LateRoots }

/** Gives the calls that stood under names of their own back to the plan's fetches and representations. */
export function repairPlan(plan: QueryPlan, repairs: Repairs): QueryPlan {
  if (!repairs.required.slots.size && !repairs.own.interfaceObjects.size) return plan
  return changeFetches(plan, (fetch, wrap) => repairFetch(fetch, wrap, repairs))
}

function repairFetch(fetch: FetchNode, wrap: (node: PlanNode) => PlanNode, repairs: Repairs): PlanNode {
  const parsed = parse(fetch.operation, { noLocation: true })
  const document = withCalls(withoutInterfaceNames(parsed, fetch, repairs), repairs)
  if (!fetch.requires) return wrap(withDocument(fetch, document))
  const keys = interfaceKeys(document, fetch, repairs)
  const parts = splitBySlots({ fetch, requires: fetch.requires, document, repairs, exact: keys.length > 0 })
  const nodes = parts.map((part) => {
    const whole = withInputs(withDocument(fetch, part.document), part.requires, repairs.required)
    const inputs = [...(part.slots?.keys() ?? [])].map((slot) => slot.split('/')[1] ?? '')
    return wrap(keys.length ? mustHave(whole, { keys, inputs: [...new Set(inputs)] }) : whole)
  })
  const [only] = nodes
  return nodes.length === 1 && only ? only : { kind: 'Parallel', nodes }
}

/**
 * A field of an interface object that a client wants of some types only is planned for all of them, and so would be
 * sent without its inputs, or even without a key, for the others.
 */
const mustHave = (fetch: FetchNode, must: MustHave): RepairedFetch => ({ ...fetch, mustHave: must })

/** The keys of the interface objects a fetch enters; none for an ordinary fetch. */
function interfaceKeys(document: DocumentNode, fetch: FetchNode, { own }: Repairs): string[][] {
  const keys: string[][] = []
  if (own.interfaceObjects.size)
    visit(document, {
      InlineFragment(fragment) {
        keys.push(
          ...(own.interfaceObjects.get(`${fetch.serviceName}|${fragment.typeCondition?.name.value}`) ?? []),
        )
      },
    })
  return keys
}

/** `price__rq0` becomes `price__rq0: price(currency: "USD")`. */
const withCalls = (document: DocumentNode, { required }: Repairs): DocumentNode =>
  visit(document, {
    Field(field) {
      const call = required.calls.get(field.name.value)
      if (!call) return undefined
      const alias = field.alias ?? field.name
      return { ...field, alias, name: nameNode(call.name), arguments: call.arguments }
    },
  })

/** An interface object would answer __typename with the interface's name, over the type that is known already. */
function withoutInterfaceNames(document: DocumentNode, fetch: FetchNode, { own }: Repairs): DocumentNode {
  if (!fetch.requires || !own.interfaceObjects.size) return document
  return visit(document, {
    InlineFragment(fragment) {
      if (!own.interfaceObjects.has(`${fetch.serviceName}|${fragment.typeCondition?.name.value}`))
        return undefined
      const rest = fragment.selectionSet.selections.filter((one) => !isTypename(one))
      if (!rest.length) return undefined
      return { ...fragment, selectionSet: { ...fragment.selectionSet, selections: rest } }
    },
  })
}

/** The fetch with another document, and only the variables that document uses. */
function withDocument(fetch: FetchNode, document: DocumentNode): FetchNode {
  const used = variablesIn(document)
  return {
    ...withOperation(fetch, textOf(withoutUnused(document))),
    variableUsages: fetch.variableUsages?.filter((name) => used.has(name)) ?? [],
  }
}

const withInputs = (
  fetch: FetchNode,
  requires: QueryPlanSelectionNode[],
  required: RequiredArguments,
): FetchNode => ({
  ...fetch,
  requires,
  // Renames come first: a ValueSetter may change the __typename they test.
  inputRewrites: [...renames(requires, required), ...(fetch.inputRewrites ?? [])],
})

/** Renames `price__rq0` to `price` inside representations. */
function renames(
  selections: readonly QueryPlanSelectionNode[],
  required: RequiredArguments,
  path: string[] = [],
): FetchDataRewrite[] {
  return selections.flatMap((one): FetchDataRewrite[] => {
    if (one.kind === 'InlineFragment')
      return renames(one.selections, required, [...path, `... on ${one.typeCondition}`])
    const call = required.calls.get(one.name)
    // Inner names first: the outer one is still under its own name.
    const inner = one.selections ? renames(one.selections, required, [...path, one.name]) : []
    return call
      ? [...inner, { kind: 'KeyRenamer', path: [...path, one.name], renameKeyTo: call.name }]
      : inner
  })
}
