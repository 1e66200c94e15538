import type { GraphQLError } from 'graphql'
import type { Data } from './data.ts'
import type { SubgraphAnswer, SubgraphRequest } from './subgraph.ts'

/** One execution of a compiled operation. */
export type Run = {
  data: Data
  errors: GraphQLError[]
  /** As the client sent them: subgraphs coerce them by themselves. */
  variables: Data
  send(request: SubgraphRequest): Promise<SubgraphAnswer>
}

/** A part of a plan, ready to run. It never rejects: what fails is in the run's errors. */
export type Step = (run: Run) => Promise<void> | undefined
