import type { Opening } from './opening.ts'
import { hashOf, type Page, pageOf, scriptJson } from './page.ts'

const cdn = 'https://embeddable-sandbox.cdn.apollographql.com'
const style =
  'html, body, #sandbox { margin: 0; height: 100% } iframe { border: 0; width: 100%; height: 100% }'

/** Apollo Sandbox, embedded from Apollo's CDN and pointed at us. */
export function sandboxPage({ document, headers }: Opening): Page {
  const options = {
    target: '#sandbox',
    initialState: { document, sharedHeaders: headers, includeCookies: false, pollForSchemaUpdates: true },
    endpointIsEditable: false,
    allowDynamicStyles: false,
    runTelemetry: false,
  }
  const script = `new window.EmbeddedSandbox({ ...${scriptJson(options)}, initialEndpoint: new URL('/graphql', location.href).href })`
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Apollo Sandbox</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<div id="sandbox"><noscript>Apollo Sandbox needs JavaScript.</noscript></div>
<script src="${cdn}/v2/embeddable-sandbox.umd.production.min.js"></script>
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
