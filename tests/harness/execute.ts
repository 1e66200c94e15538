import { createLog } from '@puchi/platform/log'
import { type SubgraphContext, subgraphSchema, subgraphServer } from '@puchi/platform/subgraph/schema'
import { sdlOf } from '@puchi/schema/sdl'
import type { GraphQLFormattedError } from 'graphql'

export type Answer = {
  data?: Record<string, unknown> | null | undefined
  errors: readonly GraphQLFormattedError[]
  codes: unknown[]
}

/** A subgraph's real schema with everything its server does to a request, without a port or a database. */
export function executor<C extends SubgraphContext>(name: string, resolvers: object) {
  const sdl = sdlOf(name)
  const server = subgraphServer<C>(subgraphSchema({ sdl, resolvers }), createLog(name, 'silent'))
  return async (query: string, contextValue: C, variables: Record<string, unknown> = {}): Promise<Answer> => {
    const { body } = await server.executeOperation({ query, variables }, { contextValue })
    if (body.kind !== 'single') throw new Error('a subgraph never answers in parts')
    const { data, errors = [] } = body.singleResult
    // graphql-js makes objects without a prototype; plain ones compare.
    return {
      data: structuredClone(data),
      errors,
      codes: errors.map(({ extensions }) => extensions?.['code']),
    }
  }
}
