import { answer, answerJson, type Exchange, type Handle } from '@puchi/platform/http'
import { secure } from '@puchi/platform/secure'
import { refuseForgedStream } from '../guard/forgery.ts'
import { foreignTo } from '../guard/origins.ts'
import type { Overload } from '../guard/overload.ts'
import { answerStream, type StreamOptions } from '../live/stream.ts'
import type { Supergraph } from '../plan/supergraph.ts'
import type { Locate } from '../settings.ts'
import { shareWith } from './cors.ts'
import { graphiqlPage } from './graphiql.ts'
import { isLocal } from './local.ts'
import type { Opening } from './opening.ts'
import { answerPage, type Page } from './page.ts'
import { answerQuery, type QueryOptions } from './query.ts'
import type { Endpoint } from './rest/endpoints.ts'
import { openApi } from './rest/openapi.ts'
import { restRoutes } from './rest/rest.ts'
import { swaggerUi } from './rest/swagger-ui.ts'
import { sandboxPage } from './sandbox.ts'
import { statusPage } from './status/status.ts'

export type FrontOptions = QueryOptions & {
  supergraph: Supergraph
  live: Pick<StreamOptions, 'connections' | 'operate'>
  /** Origins whose pages may call us. */
  origins: readonly string[]
  /** What the explorers open with; null where there are no pages. */
  opening: Opening | null
  /** Where flags and environment say that a subgraph is. */
  locate: Locate
  /** The REST calls that are served beside GraphQL. */
  endpoints: readonly Endpoint[]
  overload: Pick<Overload, 'admit'>
}

/** Everything on the public port. */
export function front(options: FrontOptions): Handle {
  const { supergraph, opening, endpoints, live, identity, persisted } = options
  const answering = answeringWith(options)
  const refuseForged = refuseForgedStream(foreignTo(options.origins))
  const routes = new Map<string, Handle>([
    ['/healthz', async (exchange) => answer(exchange, 200, 'text/plain; charset=utf-8', 'ok')],
    [
      '/graphql',
      answering(['GET', 'POST'], (exchange) =>
        supergraph.serve((now) => answerQuery(exchange, now, options)),
      ),
    ],
    ...restRoutes(endpoints, options).map(([path, serve]): [string, Handle] => [
      path,
      answering(['GET', 'POST', 'PUT'], serve),
    ]),
    ...(endpoints.length > 0 ? [restReference(supergraph, endpoints)] : []),
    [
      '/graphql/stream',
      // It lasts for hours: no span holds that. Its operation and each event have one of their own.
      answeringWith({ ...options, tracing: undefined })(['GET', 'POST'], async (exchange) => {
        refuseForged(exchange.request)
        await answerStream(exchange, { identity, persisted, ...live })
      }),
    ],
    ...(opening ? pages(options, opening) : []),
    ...(opening && endpoints.length > 0 ? swaggerUi() : []),
  ])
  return async (exchange) => {
    secure(exchange.response)
    const route = routes.get(exchange.url.pathname)
    await (route ?? unknownPath)(exchange)
  }
}

/** What each route that costs something has before it: CORS, admission, and a trace where those are made. */
function answeringWith({
  origins,
  overload,
  tracing,
}: Pick<FrontOptions, 'origins' | 'overload' | 'tracing'>) {
  return (methods: readonly string[], serve: Handle): Handle => {
    const shared = shareWith(origins, methods)
    const traced: Handle = tracing ? (exchange) => tracing.whole(exchange, () => serve(exchange)) : serve
    return async (exchange) => {
      if (!shared(exchange)) await overload.admit(() => traced(exchange))
    }
  }
}

const restReference = (supergraph: Supergraph, endpoints: readonly Endpoint[]): [string, Handle] => [
  '/openapi.json',
  (exchange) => supergraph.serve(async ({ schema }) => answerJson(exchange, 200, openApi(endpoints, schema))),
]

function pages({ supergraph, locate, endpoints }: FrontOptions, opening: Opening): [string, Handle][] {
  const bare = { ...opening, headers: {} }
  // With the demo learner's token, and without.
  const sandbox = [sandboxPage(opening), sandboxPage(bare)] as const
  let graphiql: Promise<[Page, Page]> | undefined
  const answerOneOf = (exchange: Exchange, [ours, others]: readonly [Page, Page]) =>
    answerPage(exchange, isLocal(exchange.request) ? ours : others)
  return [
    [
      '/',
      async (exchange) => {
        const { document } = await supergraph.serve(async (now) => now)
        const tokens = isLocal(exchange.request)
        const options = { ...opening, locate, tokens, rest: endpoints.length > 0 }
        answerPage(exchange, await statusPage(document, options))
      },
    ],
    ['/sandbox', async (exchange) => answerOneOf(exchange, sandbox)],
    [
      '/graphiql',
      async (exchange) => {
        graphiql ??= Promise.all([graphiqlPage(opening), graphiqlPage(bare)])
        answerOneOf(exchange, await graphiql)
      },
    ],
  ]
}

const unknownPath: Handle = async (exchange) => {
  const extensions = { code: 'NOT_FOUND', requestId: exchange.requestId }
  answerJson(exchange, 404, { errors: [{ message: 'There is nothing here.', extensions }] })
}
