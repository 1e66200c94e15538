// An example frontend on a port of its own, as Puchi's web app is another origin than the API.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { HttpBindings } from '@hono/node-server'
import { isLocal } from '@puchi/router/http/local'
import { type Context, Hono } from 'hono'
import { openSession, sessionToken } from '../demo-token.ts'
import { serve } from '../serve.ts'
import { reference } from './reference.ts'

type LearnerPageOptions = {
  port: number
  host: string
  /** The router's GraphQL address. */
  api: string
  identity: { url: string }
  /** For the identity provider's Backend API. */
  secretKey: string
  usernames: readonly string[]
}

export type LearnerPage = { url: string; close(): Promise<void> }

/** As long as Clerk's live: the page asks for the next one by itself. */
const tokenSeconds = 60

/** Serves the page. What stands for Clerk's browser SDK, sign-in and getToken(), is answered here. */
export async function serveLearnerPage(options: LearnerPageOptions): Promise<LearnerPage> {
  const provider = { apiUrl: options.identity.url, secretKey: options.secretKey }
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async ({ header }, next) => {
    header('content-security-policy', policyFor(new URL(options.api)))
    header('x-content-type-options', 'nosniff')
    header('cache-control', 'no-store')
    await next()
  })
  app.onError((error, context) => context.json({ error: error.message }, 400))
  const html = readFileSync(new URL('page/index.html', import.meta.url), 'utf8')
  app.get('/', (context) => context.html(html.replace('{{api}}', options.api)))
  app.route('/docs', reference())
  app.get('/style.css', (context) => file(context, 'text/css', () => read('page/style.css')))
  app.get('/page.js', (context) => file(context, 'text/javascript', bundled))
  app.get('/learners', (context) => context.json(options.usernames))
  app.on('POST', ['/sign-in', '/token'], async ({ env: { incoming } }, next) => {
    if (!isLocal(incoming)) throw new Error('Tokens are given on this machine alone, at localhost.')
    await next()
  })
  app.post('/sign-in', async (context) => {
    const { username } = await jsonOf(context)
    return context.json({ username, sessionId: await openSession(provider, username ?? '') })
  })
  app.post('/token', async (context) => {
    const { sessionId = '' } = await jsonOf(context)
    return context.json({
      token: await sessionToken(provider, sessionId, tokenSeconds),
      seconds: tokenSeconds,
    })
  })
  const { port, close } = await serve(app.fetch, options)
  return { url: `http://localhost:${port}/`, close }
}

const policyFor = ({ origin, host }: URL): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${origin} ws://${host}; frame-ancestors 'none'`

const read = async (name: string): Promise<string> => readFileSync(new URL(name, import.meta.url), 'utf8')

const file = async (context: Context, type: string, text: () => Promise<string>): Promise<Response> =>
  context.body(await text(), 200, { 'content-type': `${type}; charset=utf-8` })

/** Made anew for each visit, so that a change shows at once. */
async function bundled(): Promise<string> {
  const { build } = await import('esbuild') // 10 MB of machine code that only this page needs
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/main.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    define: { 'globalThis.__DEV__': 'false' },
    minify: true,
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

/** JSON alone, which a page of another origin cannot send unasked. */
async function jsonOf({ req }: Context): Promise<Record<string, string | undefined>> {
  if (req.header('content-type') !== 'application/json') throw new Error('Send JSON.')
  return req.json()
}
