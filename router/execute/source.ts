import type { GraphQLError } from 'graphql'
import type { Verdict } from '../guard/access.ts'
import type { Decisions } from '../plan/conditions.ts'
import type { CompiledOperation } from './compile/operation.ts'
import { type Data, held } from './data.ts'
import { coerce } from './execute.ts'
import type { RequestContext, SubgraphFetch } from './subgraph.ts'

/** What a subgraph is asked for a subscription's events. */
export type Source = { subgraph: string; query: string; operationName?: string; variables?: Data }

/** A subscription that every guard let pass, ready to be opened. */
export type Found = Verdict & {
  compiled: CompiledOperation
  /** What tells it from other operations, beside its variables. */
  text: string
  variables: Data
  source: Source
  fetch: SubgraphFetch
}

/** Where a request that may subscribe is told what it is to open. */
export type Subscribing = { found?: Found }

/** What an execution knows of its request. */
export type RouterContext = RequestContext & { subscribing?: Subscribing }

/** What to ask for a subscription's events; each event is then given to `execute`. */
export function sourceOf(compiled: CompiledOperation, variables: Data, decisions: Decisions): Source {
  const { plan } = compiled.variantFor(decisions)
  if (plan.node?.kind !== 'Subscription') throw new Error('Only a subscription has a source')
  const { serviceName: subgraph, operation: query, operationName, variableUsages = [] } = plan.node.primary
  const used = variableUsages.filter((name) => held(variables, name) !== undefined)
  return {
    ...{ subgraph, query },
    ...(operationName && { operationName }),
    ...(used.length > 0 && { variables: Object.fromEntries(used.map((name) => [name, variables[name]])) }),
  }
}

/** Tells whoever asked what to open; the answer stands for "not executed". */
export function offer(
  subscribing: Subscribing,
  { compiled: operation, variables, ...found }: Omit<Found, 'source' | 'refused'>,
): { errors?: readonly GraphQLError[]; data?: null } {
  const { values, errors } = coerce(operation, variables)
  if (errors) return { errors }
  // Its variables stay as they are, and no event is to plan it anew because others needed the place.
  const variant = operation.variantFor(values)
  const compiled = { ...operation, variantFor: () => variant }
  const source = sourceOf(compiled, variables, values)
  subscribing.found = { ...found, compiled, variables, source, refused: [] }
  return { data: null }
}
