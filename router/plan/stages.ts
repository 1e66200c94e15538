import type { Supergraph } from '@apollo/federation-internals'
import type { QueryPlan } from '@apollo/query-planner'
import type { DocumentNode } from 'graphql'
import { after } from './late-fetch.ts'
import { createPostpone } from './postpone.ts'
import type { MustBeSound } from './sound.ts'

type Plan = (document: DocumentNode) => QueryPlan

/** Plans a document in stages, each with `plan`. */
export type Stages = (document: DocumentNode, plan: Plan) => QueryPlan

// A supergraph of another composer may have needs without an end.
const mostStages = 20

/**
 * Plans an operation without what is computed from something that is computed itself, and computes that at the end. Where
 * the needs of two subgraphs go in a circle, the planner asks one for an input that only the other has (askable.ts), or
 * for what is computed before its inputs (supplied.ts), but what a client asks for it plans rightly: so the inputs are
 * asked for as a client would.
 */
export function createStages(supergraph: Supergraph, mustBeSound: MustBeSound): Stages {
  const postpone = createPostpone(supergraph)
  const inStages = (document: DocumentNode, plan: Plan, left: number): QueryPlan => {
    const postponed = left > 0 ? postpone(document) : undefined
    if (!postponed) throw new Error('Nothing to fetch in stages')
    const before = reached(postponed.document, plan, left - 1)
    return after(before, postponed.later)
  }
  const reached = (document: DocumentNode, plan: Plan, left: number): QueryPlan => {
    const found = plan(document)
    try {
      mustBeSound(found)
      return found
    } catch {
      return inStages(document, plan, left)
    }
  }
  return (document, plan) => inStages(document, plan, mostStages)
}
