import { answerJson } from '@puchi/platform/http/answer'
import type { Handle } from '@puchi/platform/http/exchange'
import type { Endpoint } from './endpoints.ts'
import { openApi } from './openapi.ts'
import { type RestOptions, restRoutes } from './rest.ts'
import { swaggerUi } from './swagger-ui.ts'

/** The calls themselves, and what tells of them. */
export type Rest = Record<'calls' | 'reference', [string, Handle][]>

type Options = RestOptions & {
  /** Whether people may look at pages. */
  pages: boolean
}

/** Every path that REST has. */
export function rest(endpoints: readonly Endpoint[], options: Options): Rest {
  const described: Handle = (exchange) =>
    options.supergraph.serve(async ({ schema }) => answerJson(exchange, 200, openApi(endpoints, schema)))
  const reference: Rest['reference'] = [['/openapi.json', described], ...(options.pages ? swaggerUi() : [])]
  return { calls: restRoutes(endpoints, options), reference }
}
