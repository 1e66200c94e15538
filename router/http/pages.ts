import type { Exchange, Handle } from '@puchi/platform/http/exchange'
import type { Locate } from '../settings.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { graphiqlPage } from './graphiql.ts'
import { isLocal } from './local.ts'
import type { Opening } from './opening.ts'
import { answerPage, type Page } from './page.ts'
import { sandboxPage } from './sandbox.ts'
import { statusPage } from './status/status.ts'

type PagesOptions = {
  supergraph: Supergraph
  locate: Locate
  /** Whether REST calls are served. */
  rest: boolean
}

/** What people look at: the status page and the explorers. */
export function pages(opening: Opening, { supergraph, locate, rest }: PagesOptions): [string, Handle][] {
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
        answerPage(exchange, await statusPage(document, { ...opening, locate, tokens, rest }))
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
