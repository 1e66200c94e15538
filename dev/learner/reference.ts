import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Hono } from 'hono'
import { Marked } from 'marked'
import { root } from '../subgraphs.ts'

/** README, and the pages of docs/, as they lie in the project. */
const contents = (): string[] => [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/**/*.md', { cwd: root }).sort(),
]

/** Whether a text or a picture lies there; nothing above the project, or hidden in it, does. */
const lies = (path: string, kind: 'md' | 'svg'): boolean =>
  /^([\w-]+\/)*[\w-]+\.\w+$/.test(path) && path.endsWith(`.${kind}`) && existsSync(join(root, path))

/** The project's own texts for reading in a browser, at /docs/. */
export function reference(): Hono {
  const app = new Hono()
  app.get('/*', (context) => {
    const path = context.req.path.slice('/docs/'.length)
    if (!path) return context.redirect('/docs/README.md')
    if (lies(path, 'svg'))
      return context.body(readFileSync(join(root, path), 'utf8'), 200, { 'content-type': 'image/svg+xml' })
    if (!lies(path, 'md')) return context.html(frame('Not here', '<p>There is no such page.</p>'), 404)
    return context.html(frame(path, rendered(path)))
  })
  return app
}

function rendered(path: string): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${anchorOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens)
        const there = placed(href, path)
        // A file of code has no page here: where it lies is said.
        return there
          ? `<a href="${there}">${text}</a>`
          : `<code title="${join(dirname(path), href)}">${text}</code>`
      },
    },
  })
  return marked.parse(readFileSync(join(root, path), 'utf8'), { async: false })
}

/** Where GitHub puts a heading: its words in lower case, joined by `-`. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')

/** From a page to another place; null where there is no page. */
function placed(href: string, from: string): string | null {
  if (/^(\w+:|#)/.test(href)) return href
  const there = join(dirname(from), href)
  return lies(there.replace(/#.*/, ''), 'md') ? `/docs/${there}` : null
}

const frame = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<main class="text"><nav>${contents()
  .map((path) => `<a href="/docs/${path}">${nameOf(path)}</a>`)
  .join(' · ')}</nav>
${body}</main>
</html>
`

const nameOf = (path: string): string => path.replace(/^docs\/|\.md$/g, '').replace(/^decisions\/\d+-/, '')
