import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type DocumentNode, version as graphqlVersion, print } from 'graphql'
import type { Stack, StackPart } from '../../settings/stack.ts'
import type { Locate } from '../../settings.ts'
import { escapeHtml, hashOf, type Page, pageOf } from '../page.ts'
import { type Graph, graphOf } from './graph.ts'
import { picture, sentences } from './picture.ts'
import { probe, type State } from './probe.ts'
import { script, style } from './style.ts'

export type StatusOptions = {
  /** What the system around the router tells of itself; null where nobody does. */
  stack: Stack | null
  /** Where a subgraph is, where it is not where the supergraph says. */
  locate: Locate
  /** Whether whoever asks may see the demo learners' tokens. */
  tokens: boolean
  /** Whether REST calls are served. */
  rest: boolean
}

type Link = [href: string, name: string, what: string]

/** The page at `/`: what runs, the supergraph as a picture, demo learners, and where the explorers are. */
export async function statusPage(document: DocumentNode, options: StatusOptions): Promise<Page> {
  const graph = graphOf(document)
  const parts =
    options.stack?.parts ?? graph.subgraphs.map(({ name, url }) => bare(name, options.locate(name) ?? url))
  const states = await Promise.all(parts.map((part) => probe(part.probe)))
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The supergraph</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<header>
<h1>The supergraph is up.</h1>
<p class="small-print" id="versions">${versions(document)}</p>
<p class="down" role="alert" id="away" hidden>The router does not answer any more. Is <code>npm start</code> still running?</p>
</header>
<nav aria-label="Explore">${links(options).map(tile).join('\n')}</nav>
<main>
<div class="side">
<section class="runs" aria-labelledby="runs"><h2 id="runs">What runs</h2>
<ul class="card" id="running">${parts.map((part, index) => row(part, states[index])).join('\n')}</ul></section>
<section class="ask" aria-labelledby="asks"><h2 id="asks">A first question</h2>
<div class="card"><pre tabindex="0"><code>curl -H 'content-type: application/json' \\
  -d '{"query":"{ __typename }"}' \\
  <span id="here">/graphql</span></code></pre></div></section>
</div>
<div class="side">
<section class="graph" aria-labelledby="drawn"><h2 id="drawn">Who serves what</h2>
<figure class="card" id="graph">${drawn(graph)}</figure></section>
${learnersSection(options.tokens ? (options.stack?.learners ?? []) : [])}
</div>
</main>
<p id="told" role="status" class="small-print"></p>
<script>${script}document.getElementById('here').textContent = location.origin + '/graphql'</script>
</html>
`
  const inline = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'))
  return pageOf(
    html,
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(inline)}`,
    "connect-src 'self'",
    'img-src data:',
  )
}

/** What is known of a subgraph that nobody tells of. */
const bare = (name: string, url: string): StackPart => ({
  ...{ name, kind: 'subgraph', where: url, links: {} },
  ...(URL.canParse(url) && { probe: url }),
})

const planner: string = JSON.parse(
  readFileSync(new URL(import.meta.resolve('@apollo/query-planner/package.json')), 'utf8'),
).version

const versions = (document: DocumentNode): string => {
  const hash = createHash('sha256').update(print(document)).digest('hex').slice(0, 8)
  return `supergraph ${hash} · Node ${process.versions.node} · graphql-js ${graphqlVersion} · Apollo's query planner ${planner}`
}

const links = ({ stack, rest }: StatusOptions): Link[] => [
  ['/sandbox', 'Apollo Sandbox', "from Apollo's CDN"],
  ['/graphiql', 'GraphiQL', 'works offline, live too'],
  ...(rest ? [['/docs', 'REST docs', 'Swagger UI'] satisfies Link] : []),
  ...Object.entries(stack?.links ?? {}).map(([name, href]): Link => [href, name, new URL(href).host]),
]

const tile = ([href, name, what]: Link): string =>
  `<a href="${escapeHtml(href)}"><b>${escapeHtml(name)}</b><span>${escapeHtml(what)}</span></a>`

function row(
  { name, kind, where, version = '', links: pages }: StackPart,
  { state, says }: State = unknown,
): string {
  const further = Object.entries(pages).map(
    ([page, href]) => ` · <a href="${escapeHtml(href)}">${escapeHtml(page)}</a>`,
  )
  return `<li><span class="lamp ${state}"></span><span><b>${escapeHtml(name)}</b> <span class="soft">${escapeHtml(
    `${kind} ${version}`.trim(),
  )}</span></span><span class="${state}">${escapeHtml(says)}</span><span class="where">${escapeHtml(where)}${further.join('')}</span></li>`
}

const unknown: State = { state: 'down', says: 'does not answer' }

function learnersSection(learners: Stack['learners']): string {
  if (learners.length === 0) return ''
  const rows = learners.map(
    ({ username, roles, token }) =>
      `<li><span><b>${escapeHtml(username)}</b> <span class="soft">${escapeHtml(roles.join(', '))}</span></span>` +
      `<button type="button" data-username="${escapeHtml(username)}" data-token="${escapeHtml(token)}" aria-label="Copy token of ${escapeHtml(username)}">Copy token</button></li>`,
  )
  return `<section class="people" aria-labelledby="people"><h2 id="people">Demo learners</h2>
<ul class="card people">${rows.join('\n')}</ul>
<p class="small-print">A token lives for a day; send it as <code>authorization: Bearer …</code>. There are none in production.</p></section>`
}

const drawn = (graph: Graph): string =>
  `${picture(graph)}<figcaption class="small-print">${sentences(graph)
    .map((sentence) => `<p>${escapeHtml(sentence)}</p>`)
    .join('')}</figcaption>`
