import type { PlanNode, SubscriptionNode } from '@apollo/query-planner'
import type { Path } from '../../plan/client-names.ts'
import type { PlacedFetch } from '../../plan/walk.ts'
import { batchable, compileBatch } from '../fetch/batch.ts'
import { compileContextFetch } from '../fetch/context-fetch.ts'
import { compileEntityFetch } from '../fetch/entity-fetch.ts'
import type { Compiling } from '../fetch/request.ts'
import { compileRootFetch } from '../fetch/root-fetch.ts'
import type { Step } from '../run.ts'

/** Compiles a node of a plan, for the objects at a path, into something to run. */
export function compileStep(node: PlanNode | SubscriptionNode, compiling: Compiling, path: Path = []): Step {
  switch (node.kind) {
    case 'Fetch':
      if (!node.requires) return compileRootFetch(node, path, compiling)
      return node.contextRewrites?.length
        ? compileContextFetch(node, path, compiling)
        : compileEntityFetch(node, path, compiling).run
    case 'Flatten':
      return compileStep(node.node, compiling, [...path, ...node.path])
    case 'Sequence':
      return sequence(node.nodes.map((one) => compileStep(one, compiling, path)))
    case 'Parallel':
      return parallel(compileParallel(node.nodes, compiling, path))
    case 'Subscription': {
      const both = node.rest ? [node.primary, node.rest] : [node.primary]
      return sequence(both.map((one) => compileStep(one, compiling, path)))
    }
    default:
      // Conditions are decided before planning, and validation refuses @defer.
      throw new Error(`A plan with a ${node.kind} node`)
  }
}

const sequence =
  (steps: Step[]): Step =>
  async (run) => {
    for (const step of steps) await step(run)
  }

const parallel = (steps: Step[]): Step => {
  const [only] = steps
  if (only && steps.length === 1) return only
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)))
  }
}

/** The nodes of a Parallel, nested ones included: those to one subgraph that can share a request do. */
function compileParallel(nodes: PlanNode[], compiling: Compiling, path: Path): Step[] {
  const steps: Step[] = []
  const shared = new Map<string, PlacedFetch[]>()
  for (const node of nodes.flatMap((one) => (one.kind === 'Parallel' ? one.nodes : [one]))) {
    const one = batchable(node, path)
    if (one) shared.set(one.fetch.serviceName, [...(shared.get(one.fetch.serviceName) ?? []), one])
    else steps.push(compileStep(node, compiling, path))
  }
  for (const group of shared.values()) {
    const parts = group.map((one) => compileEntityFetch(one.fetch, one.path, compiling))
    const batch = parts.length > 1 ? compileBatch(parts) : undefined
    steps.push(...(batch ? [batch] : parts.map((part) => part.run)))
  }
  return steps
}
