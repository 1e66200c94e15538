import { graphqlJson, names } from '@puchi/platform/http/accept'
import { answer, answerJson } from '@puchi/platform/http/answer'
import type { Handle } from '@puchi/platform/http/exchange'
import { onlyRead } from '@puchi/platform/http/only-read'
import { secure } from '@puchi/platform/http/secure'
import { refuseForged } from '../guard/forgery.ts'
import type { IsForeign } from '../guard/origins.ts'
import type { Overload } from '../guard/overload.ts'
import { serverSentEvents, streamAskedFor } from '../live/clients/framing.ts'
import { answerStream, type StreamOptions } from '../live/clients/stream.ts'
import type { Locate } from '../settings.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { shareWith } from './cors.ts'
import type { Opening } from './opening.ts'
import { answerQuery, type QueryOptions } from './query.ts'
import type { Endpoint } from './rest/endpoints.ts'
import type { Rest } from './rest/routes.ts'

export type FrontOptions = QueryOptions & {
  supergraph: Supergraph
  live: Pick<StreamOptions, 'connections' | 'operate'>
  /** Origins whose pages may call us. */
  origins: readonly string[]
  isForeign: IsForeign
  /** What the explorers open with; null where there are no pages. */
  opening: Opening | null
  /** Where flags and environment say that a subgraph is. */
  locate: Locate
  /** The REST calls that are served beside GraphQL. */
  endpoints: readonly Endpoint[]
  overload: Pick<Overload, 'admit'>
}

const methods = ['GET', 'POST']

/** Everything on the public port. */
export async function front(options: FrontOptions): Promise<Handle> {
  const { supergraph, live, identity, persisted, isForeign } = options
  const rest = await restOf(options)
  const read: [string, Handle][] = [
    ['/healthz', async (exchange) => answer(exchange, 200, 'text/plain; charset=utf-8', 'ok')],
    ...rest.reference,
    ...(await pagesOf(options)),
  ]
  const answering = answeringWith(options)
  const asked = { ...options, refuseForged: refuseForged(isForeign, graphqlJson) }
  const answerGraphQL: Handle = (exchange) => supergraph.serve((now) => answerQuery(exchange, now, asked))
  // It lasts for hours: no span holds that. Its operation and each event have one of their own.
  const stream = answeringWith({ ...options, tracing: undefined })(methods, async (exchange) => {
    const { mediaType } = streamAskedFor(exchange.request.headers.accept) ?? serverSentEvents
    refuseForged(isForeign, mediaType)(exchange.request)
    await answerStream(exchange, { identity, persisted, ...live })
  })
  const query = answering(methods, options.opening ? orExplorer(answerGraphQL) : answerGraphQL)
  const routes = new Map<string, Handle>([
    ...read.map(([path, serve]): [string, Handle] => [path, onlyRead(serve)]),
    ['/graphql', (exchange) => (streamAskedFor(exchange.request.headers.accept) ? stream : query)(exchange)],
    ['/graphql/stream', stream],
    ...rest.calls.map(([path, serve]): [string, Handle] => [path, answering(['GET', 'POST', 'PUT'], serve)]),
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
      if (!shared(exchange)) await overload.admit(() => traced(exchange), exchange.request)
    }
  }
}

/** What is served where the settings ask for it, and loaded only there. */
async function pagesOf(options: FrontOptions): Promise<[string, Handle][]> {
  const { opening, endpoints } = options
  if (!opening) return []
  const { pages } = await import('./pages.ts')
  return pages(opening, { ...options, rest: endpoints.length > 0 })
}

/** Whoever opens the address of GraphQL in a browser is led to where it can be asked. */
const orExplorer =
  (serve: Handle): Handle =>
  async (exchange) => {
    const { request, response, url } = exchange
    const opened = request.method === 'GET' && url.search === '' && names(request.headers.accept, 'text/html')
    if (opened) response.writeHead(303, { location: 'graphiql' }).end()
    else await serve(exchange)
  }

async function restOf({ endpoints, opening, ...options }: FrontOptions): Promise<Rest> {
  if (endpoints.length === 0) return { calls: [], reference: [] }
  const { rest } = await import('./rest/routes.ts')
  return rest(endpoints, { ...options, pages: opening !== null })
}

const unknownPath: Handle = async (exchange) => {
  const extensions = { code: 'NOT_FOUND', requestId: exchange.requestId }
  answerJson(exchange, 404, { errors: [{ message: 'There is nothing here.', extensions }] })
}
