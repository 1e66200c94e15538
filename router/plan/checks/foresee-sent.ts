import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import type { RepairedFetch } from '../walk.ts'
import { conditionIn, type Known, meets } from './shape.ts'

/** The __typename a representation of an object will carry; undefined when none will be sent. */
export function sentType(supergraph: GraphQLSchema, fetch: RepairedFetch, known: Known): string | undefined {
  const typename = known.get('__typename')?.call
  const names = sentNames(supergraph, fetch, known)
  if (!typename || !names.has('__typename') || !complete(names, fetch)) return undefined
  for (const one of fetch.inputRewrites ?? []) {
    const [step = '', key] = one.path
    const condition = conditionIn(step)
    if (one.kind !== 'ValueSetter' || key !== '__typename' || !condition) continue
    if (meets(supergraph, typename, condition)) return String(one.setValueTo)
  }
  return typename
}

const complete = (names: Set<string>, { mustHave }: RepairedFetch): boolean =>
  !mustHave ||
  (mustHave.keys.some((key) => key.every((name) => names.has(name))) &&
    mustHave.inputs.every((name) => names.has(name)))

/** The names a representation will hold, under the names its subgraph knows. */
function sentNames(supergraph: GraphQLSchema, fetch: RepairedFetch, known: Known): Set<string> {
  const renamed = new Map<string, string>()
  for (const one of fetch.inputRewrites ?? []) {
    const [, name] = one.path
    if (one.kind === 'KeyRenamer' && name && one.path.length === 2) renamed.set(name, one.renameKeyTo)
  }
  const names = new Set<string>()
  for (const { selections } of applying(supergraph, fetch.requires ?? [], known))
    if (represented(supergraph, selections, known))
      for (const one of selections)
        if (one.kind === 'Field') names.add(renamed.get(one.alias ?? one.name) ?? one.alias ?? one.name)
  return names
}

/** The fragments that apply to an object. */
function applying(supergraph: GraphQLSchema, selections: readonly QueryPlanSelectionNode[], known: Known) {
  const typename = known.get('__typename')?.call
  return selections.flatMap((one) =>
    one.kind === 'InlineFragment' &&
    one.typeCondition &&
    typename &&
    meets(supergraph, typename, one.typeCondition)
      ? one
      : [],
  )
}

/** Whether everything that is required of an object will be there. */
function represented(
  supergraph: GraphQLSchema,
  selections: readonly QueryPlanSelectionNode[],
  known: Known,
): boolean {
  const fields = selections.every((one) => {
    if (one.kind === 'InlineFragment') return true
    const found = known.get(one.alias ?? one.name)
    const inner = one.selections
    if (!found || !inner) return !!found
    return [...(found.below?.values() ?? [])].every((below) => represented(supergraph, inner, below))
  })
  return (
    fields &&
    applying(supergraph, selections, known).every((one) => represented(supergraph, one.selections, known))
  )
}
