import type { RequestContext } from '../../router/execute/subgraph.ts'

/** The request of a caller of whom nothing is known. */
export const nobody: RequestContext = { viewer: null, requestId: 'test' }
