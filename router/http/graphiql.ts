import type { Opening } from './opening.ts'
import { hashOf, type Page, pageOf } from './page.ts'

// Its sockets would not see the headers that are edited on the page; its streams do, but it sends them to `endpoint`
// whatever `subscriptionsEndpoint` says.
const streams = `const ask = fetch
globalThis.fetch = (url, init) => ask(init?.headers?.accept === 'text/event-stream' ? '/graphql/stream' : url, init)
`

/** GraphiQL, whole in one page: it works where no CDN can be reached. */
export async function graphiqlPage({ document, headers }: Opening): Promise<Page> {
  // 9 MB of JavaScript that a router in production never needs.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const made = renderGraphiQL({
    title: 'GraphiQL',
    endpoint: '/graphql',
    method: 'POST',
    defaultQuery: document,
    shouldPersistHeaders: false, // a token kept by the browser outlives itself, and wins over a fresh one
    ...(Object.keys(headers).length > 0 && { headers: JSON.stringify(headers, null, 2) }),
  } as Parameters<typeof renderGraphiQL>[0])
  const html = made.replace('<script>', (tag) => tag + streams)
  const script = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'))
  return pageOf(
    html,
    `script-src ${hashOf(script)}`,
    "style-src 'unsafe-inline'", // the editor makes its styles as it runs
    'worker-src blob:',
    "connect-src 'self'",
    "img-src 'self' data:",
    'font-src data:',
  )
}
