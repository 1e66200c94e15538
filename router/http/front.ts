import { answerGraphQL, mediaFor, readGraphQL } from '@puchi/platform/graphql-http'
import { askedOf } from '@puchi/platform/graphql-request'
import { answer, answerJson, type Exchange, type Handle } from '@puchi/platform/http'
import { refuseForgery } from '../guard/forgery.ts'
import type { Identity } from '../guard/identity.ts'
import type { Overload } from '../guard/overload.ts'
import { answerStream, type StreamOptions } from '../live/stream.ts'
import type { Generation } from '../plan/generation.ts'
import type { Supergraph } from '../plan/supergraph.ts'
import { shareWith } from './cors.ts'
import { graphiqlPage } from './graphiql.ts'
import { landingPage } from './landing.ts'
import type { Opening } from './opening.ts'
import { answerPage, type Page } from './page.ts'
import { sandboxPage } from './sandbox.ts'

export type FrontOptions = {
  supergraph: Supergraph
  identity: Identity
  live: Pick<StreamOptions, 'connections' | 'operate'>
  /** Origins whose pages may call us. */
  origins: readonly string[]
  /** What the explorers open with; null where there are no pages. */
  opening: Opening | null
  overload: Pick<Overload, 'admit'>
  /** Bytes of a body. */
  bodyLimit: number
  /** Milliseconds for a whole answer; what is not fetched by then is null. */
  patience: number
}

/** Everything on the public port. */
export function front(options: FrontOptions): Handle {
  const { supergraph, origins, opening, overload } = options
  const shared = shareWith(origins)
  const routes = new Map<string, Handle>([
    ['/healthz', async (exchange) => answer(exchange, 200, 'text/plain; charset=utf-8', 'ok')],
    [
      '/graphql',
      async (exchange) => {
        if (shared(exchange)) return
        const work = () => supergraph.serve((generation) => answerQuery(exchange, generation, options))
        await overload.admit(work)
      },
    ],
    [
      '/graphql/stream',
      async (exchange) => {
        if (shared(exchange)) return
        refuseForgery(exchange.request)
        await answerStream(exchange, { identity: options.identity, ...options.live })
      },
    ],
    ...(opening ? pages(supergraph, opening) : []),
  ])
  return async (exchange) => {
    secure(exchange)
    const route = routes.get(exchange.url.pathname)
    await (route ?? unknownPath)(exchange)
  }
}

async function answerQuery(
  exchange: Exchange,
  { server, admit }: Generation,
  { identity, bodyLimit, patience }: FrontOptions,
): Promise<void> {
  const { request, requestId } = exchange
  const deadline = performance.now() + patience
  mediaFor(exchange)
  refuseForgery(request)
  const caller = await identity.identify(request)
  const raw = await readGraphQL(exchange, bodyLimit)
  const asked = askedOf(exchange, raw)
  admit(asked, exchange.request.method === 'GET' ? undefined : raw.length)
  await answerGraphQL(exchange, server, { asked, context: { ...caller, requestId, deadline } })
}

function pages(supergraph: Supergraph, opening: Opening): [string, Handle][] {
  let graphiql: Promise<Page> | undefined
  const sandbox = sandboxPage(opening)
  return [
    ['/', (exchange) => supergraph.serve(async (now) => answerPage(exchange, landingPage(now.subgraphs)))],
    ['/sandbox', async (exchange) => answerPage(exchange, sandbox)],
    [
      '/graphiql',
      async (exchange) => {
        graphiql ??= graphiqlPage(opening)
        answerPage(exchange, await graphiql)
      },
    ],
  ]
}

function secure({ response }: Exchange): void {
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  // Browsers heed this over HTTPS alone.
  response.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains')
}

const unknownPath: Handle = async (exchange) => {
  const extensions = { code: 'NOT_FOUND', requestId: exchange.requestId }
  answerJson(exchange, 404, { errors: [{ message: 'There is nothing here.', extensions }] })
}
