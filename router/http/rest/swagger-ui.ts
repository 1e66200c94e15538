import { readFile } from 'node:fs/promises'
import { answer } from '@puchi/platform/http/answer'
import type { Handle } from '@puchi/platform/http/exchange'
import { answerPage, hashOf, pageOf } from '../page.ts'

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true })`

const page = pageOf(
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>REST calls</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script>${start}</script>
</html>
`,
  `script-src 'self' ${hashOf(start)}`,
  "style-src 'self' 'unsafe-inline'", // it styles its elements as it runs
  "img-src 'self' data:",
  "connect-src 'self'",
)

/** Swagger UI at /docs over /openapi.json, from its npm package: it works without the internet. */
export const swaggerUi = (): [string, Handle][] => [
  ['/docs', async (exchange) => answerPage(exchange, page)],
  ['/docs/swagger-ui.css', file('swagger-ui.css', 'text/css')],
  ['/docs/swagger-ui-bundle.js', file('swagger-ui-bundle.js', 'text/javascript')],
]

const file =
  (name: string, type: string): Handle =>
  async (exchange) => {
    const path = new URL(import.meta.resolve(`swagger-ui-dist/${name}`))
    answer(exchange, 200, `${type}; charset=utf-8`, await readFile(path))
  }
