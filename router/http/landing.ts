import { escapeHtml, hashOf, type Page, pageOf } from './page.ts'

const style = `
:root { color-scheme: light dark; font: 17px/1.6 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; justify-items: start; gap: 1.5rem; padding: 2rem }
h1 { margin: 0; font-size: 2.4rem; letter-spacing: -.03em }
p { margin: 0; max-width: 34rem; opacity: .8 }
nav { display: flex; flex-wrap: wrap; gap: 1rem }
a { color: inherit; text-decoration: none; border: 1px solid color-mix(in srgb, currentColor 25%, transparent);
  border-radius: .8rem; padding: .9rem 1.2rem; min-width: 12rem }
a:hover, a:focus-visible { border-color: #e8590c; outline: none }
a b { display: block } a span { opacity: .7; font-size: .85rem }
pre { margin: 0; padding: 1rem 1.2rem; border-radius: .8rem; overflow: auto; max-width: 90vw; font-size: .85rem;
  background: color-mix(in srgb, currentColor 8%, transparent) }`

/** The page at `/`: where the explorers are, and a request to paste. */
export function landingPage(subgraphs: readonly string[]): Page {
  const names = subgraphs.map((name) => `<b>${escapeHtml(name)}</b>`).join(', ')
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The supergraph</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<h1>The supergraph is up.</h1>
<p>One GraphQL API at <code>/graphql</code>, composed from ${names}.</p>
<nav>
  <a href="/graphiql"><b>GraphiQL</b><span>works without the internet</span></a>
  <a href="/sandbox"><b>Apollo Sandbox</b><span>loaded from Apollo's CDN</span></a>
</nav>
<pre>curl -H 'content-type: application/json' \\
  -d '{"query":"{ __typename }"}' <span>/graphql</span></pre>
</html>
`
  return pageOf(html, `style-src ${hashOf(style)}`, 'img-src data:')
}
