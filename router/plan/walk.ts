import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import type { Path } from './client-names.ts'

type Wrap = (node: PlanNode) => PlanNode
type Change = (fetch: FetchNode, wrap: Wrap, path: Path) => PlanNode

/**
 * The same plan with every fetch changed. `change` puts its result back into place with `wrap`, so that one fetch
 * may become several at the same path.
 */
export function changeFetches(plan: QueryPlan, change: Change): QueryPlan {
  const { node } = plan
  if (!node) return plan
  return { ...plan, node: node.kind === 'Subscription' ? subscription(node, change) : changed(node, change) }
}

const subscription = (node: SubscriptionNode, change: Change): SubscriptionNode => ({
  ...node,
  // The primary has no representations, so it stays one fetch.
  primary: change(node.primary, (same) => same, []) as FetchNode,
  ...(node.rest && { rest: changed(node.rest, change) }),
})

function changed(node: PlanNode, change: Change, wrap: Wrap = (same) => same, path: Path = []): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return change(node, wrap, path)
    case 'Flatten':
      return changed(node.node, change, (inner) => wrap({ ...node, node: inner }), [...path, ...node.path])
    case 'Sequence':
    case 'Parallel':
      return wrap({ ...node, nodes: node.nodes.map((one) => changed(one, change, undefined, path)) })
    default:
      // Conditions are decided before planning, and validation refuses @defer.
      throw new Error(`A plan with a ${node.kind} node`)
  }
}

/** The fetch with another operation; what the planner parsed of the one before goes with that. */
export function withOperation(fetch: FetchNode, operation: string): FetchNode {
  const { operationDocumentNode: _, ...rest } = fetch
  return { ...rest, operation }
}

/** A fetch of a plan, and the path of the objects it is for. */
export type PlacedFetch = { fetch: FetchNode; path: Path }

/** What a representation must hold to be sent: one of the keys, and every input. */
export type MustHave = { keys: string[][]; inputs: string[] }

/** A fetch as it is sent, after its repair. */
export type RepairedFetch = FetchNode & { mustHave?: MustHave }

/** Every fetch of a plan in order. */
export function fetchesOf(plan: QueryPlan): PlacedFetch[] {
  const found: PlacedFetch[] = []
  const walk = (node: PlanNode | SubscriptionNode, path: Path): void => {
    if (node.kind === 'Fetch') found.push({ fetch: node, path })
    else if (node.kind === 'Flatten') walk(node.node, [...path, ...node.path])
    else if (node.kind === 'Sequence' || node.kind === 'Parallel')
      for (const one of node.nodes) walk(one, path)
    else if (node.kind === 'Subscription')
      for (const one of [node.primary, node.rest]) if (one) walk(one, path)
  }
  if (plan.node) walk(plan.node, [])
  return found
}
