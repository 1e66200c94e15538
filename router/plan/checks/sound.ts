import type { Supergraph } from '@apollo/federation-internals'
import type { QueryPlan } from '@apollo/query-planner'
import { mustBeAskable } from './askable.ts'
import { parsedFetchesOf } from './parsed-fetch.ts'
import { mustBeSupplied } from './supplied.ts'

/** Throws where a plan asks a subgraph for what the subgraph has not, or cannot compute from what it is sent. */
export type MustBeSound = (plan: QueryPlan) => void

export const createMustBeSound =
  (supergraph: Supergraph): MustBeSound =>
  (plan) => {
    for (const fetch of parsedFetchesOf(supergraph, plan)) {
      mustBeAskable(fetch)
      mustBeSupplied(fetch)
    }
  }
