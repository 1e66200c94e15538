import type { Opening } from './opening.ts'
import { hashOf, type Page, pageOf, scriptJson } from './page.ts'

const cdn = 'https://embeddable-sandbox.cdn.apollographql.com'
const style = `html, body, #sandbox { margin: 0; height: 100% } iframe { border: 0; width: 100%; height: 100% }
#away { margin: 0; padding: 1rem; font: 16px/1.5 system-ui, sans-serif }`
/** How long the CDN may take before the page says that it waits, in milliseconds. */
const patience = 3_000

/** Apollo Sandbox, embedded from Apollo's CDN and pointed at us; it says so where that does not answer. */
export function sandboxPage({ document, headers }: Opening): Page {
  const options = {
    target: '#sandbox',
    initialState: { document, sharedHeaders: headers, includeCookies: false, pollForSchemaUpdates: true },
    endpointIsEditable: false,
    allowDynamicStyles: false,
    runTelemetry: false,
  }
  const script = `
const away = document.getElementById('away')
const slow = setTimeout(() => { away.hidden = false }, ${patience})
const loader = document.createElement('script')
loader.src = '${cdn}/v2/embeddable-sandbox.umd.production.min.js'
loader.onerror = () => { away.hidden = false }
loader.onload = () => {
  clearTimeout(slow)
  away.hidden = true
  new window.EmbeddedSandbox({ ...${scriptJson(options)}, initialEndpoint: new URL('/graphql', location.href).href })
}
document.head.append(loader)
`
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Apollo Sandbox</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<p id="away" hidden>Apollo Sandbox comes from Apollo's servers, and they do not answer here.
<a href="/graphiql">GraphiQL</a> comes from this router and needs nobody else.</p>
<div id="sandbox"><noscript>Apollo Sandbox needs JavaScript.</noscript></div>
<script>${script}</script>
</html>
`
  return pageOf(
    html,
    `script-src ${cdn} ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'frame-src https://sandbox.embed.apollographql.com',
    "connect-src 'self'",
    'img-src data:',
  )
}
