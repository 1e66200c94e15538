import type { GraphQLSchema } from 'graphql'
import { Refusal } from '../errors.ts'
import { answerGraphQL, mediaFor, readGraphQL } from '../graphql/http.ts'
import { measured, requestMeasure } from '../graphql/measure.ts'
import { paramsOf } from '../graphql/params.ts'
import { answer } from '../http/answer.ts'
import type { Handle } from '../http/exchange.ts'
import type { Admit } from '../identity/caller.ts'
import { headerNames } from '../identity/signature.ts'
import type { Client, Viewer } from '../identity/viewer.ts'
import type { Log } from '../log.ts'
import type { Telemetry } from '../telemetry.ts'
import { createFastPath } from './fast-path.ts'
import { type SubgraphContext, subgraphServer } from './schema.ts'

export type GraphQLDoorOptions<C> = {
  schema: GraphQLSchema
  admit: Admit
  context(viewer: Viewer | null, client: Client): Promise<C>
  log: Log
  telemetry: Telemetry
}

export type GraphQLDoor = { answer: Handle; stop(): Promise<void> }

const bodyLimit = 4 * 1024 * 1024

/** Answers routers: ours by the fast path where that can, everything else by an ApolloServer. */
export async function openGraphQLDoor<C extends SubgraphContext>(
  options: GraphQLDoorOptions<C>,
): Promise<GraphQLDoor> {
  const { schema, admit, log, telemetry } = options
  const measure = requestMeasure(telemetry)
  const server = subgraphServer<C>(schema, log, [measured(measure)])
  await server.start()
  const fastPath = createFastPath<C>({ schema, log, measure })
  return {
    stop: () => server.stop(),
    async answer(exchange) {
      const raw = await readGraphQL(exchange, bodyLimit)
      const { headers, method } = exchange.request
      const { viewer, client } = await admit({ headers, path: exchange.url.pathname, body: raw })
      // A signature covers the body and no search parameters: what a GET asks, nobody has signed.
      if (method !== 'POST' && headers[headerNames.signature] !== undefined) {
        exchange.response.setHeader('allow', 'POST')
        throw new Refusal('METHOD_NOT_ALLOWED', 'A signed call must be a POST.')
      }
      const context = await options.context(viewer, client)
      const params = paramsOf(exchange, raw)
      const result = method === 'POST' ? await fastPath(params, context) : null
      if (!result) return answerGraphQL(exchange, server, { params, context })
      answer(exchange, 200, `${mediaFor(exchange)}; charset=utf-8`, JSON.stringify(result))
    },
  }
}
