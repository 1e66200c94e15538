import type { FetchDataRewrite, FetchNode, QueryPlan } from '@apollo/query-planner'
import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql'
import { selectionSetOf, withSelectionSet } from '../checks/parsed-fetch.ts'
import { conditionIn } from '../checks/shape.ts'
import { nameNode, parseOperation, responseKey, textOf } from '../nodes.ts'
import { changeFetches, withOperation } from '../walk.ts'

type Rename = Extract<FetchDataRewrite, { kind: 'KeyRenamer' }>

/**
 * Fields of two types of a union that may not share a key get aliases from the planner. It forgets to write those of
 * fields below such a field, and would take the upper one back first, below which nothing is then found.
 */
export const withInnerAliases = (plan: QueryPlan): QueryPlan =>
  changeFetches(plan, (fetch, wrap) => wrap(aliased(fetch)))

function aliased(fetch: FetchNode): FetchNode {
  const rewrites = fetch.outputRewrites ?? []
  const renames = rewrites.filter((one): one is Rename => one.kind === 'KeyRenamer')
  if (!renames.some(({ path }) => renames.some((above) => isBelow(path, above.path)))) return fetch
  const operation = parseOperation(fetch.operation)
  const downwards = renames.toSorted((one, other) => one.path.length - other.path.length)
  const set = downwards.reduce(write, selectionSetOf(fetch, operation))
  const upwards = rewrites.toSorted((one, other) => other.path.length - one.path.length)
  const whole = textOf(withSelectionSet(fetch, operation, set))
  return { ...withOperation(fetch, whole), outputRewrites: upwards }
}

const isBelow = (path: readonly string[], above: readonly string[]): boolean =>
  path.length > above.length && above.every((step, index) => path[index] === step)

/** Writes the alias at the end of a path, where the field is still under its own key. */
function write(set: SelectionSetNode, { path: [step = '', ...rest], ...rename }: Rename): SelectionSetNode {
  const below = { ...rename, path: rest }
  const selections = set.selections.map((one): SelectionNode => {
    if (one.kind === Kind.FIELD && !rest.length)
      return responseKey(one) === rename.renameKeyTo ? { ...one, alias: nameNode(step) } : one
    if (one.kind === Kind.FRAGMENT_SPREAD || !one.selectionSet || !rest.length) return one
    const here =
      one.kind === Kind.FIELD
        ? responseKey(one) === step
        : one.typeCondition?.name.value === conditionIn(step)
    return here ? { ...one, selectionSet: write(one.selectionSet, below) } : one
  })
  return { ...set, selections }
}
