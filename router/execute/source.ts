import type { CompiledOperation } from './operation.ts'
import { requestOf, variablesText } from './request.ts'
import type { Data, SubgraphRequest } from './subgraph.ts'

/** The request that subscribes to a subscription's events; each event is then given to `execute`. */
export function sourceOf(compiled: CompiledOperation, variables: Data): SubgraphRequest {
  const { plan } = compiled.variantFor(variables)
  if (plan.node?.kind !== 'Subscription') throw new Error('Only a subscription has a source')
  return requestOf(plan.node.primary)(variablesText(plan.node.primary.variableUsages, variables))
}
