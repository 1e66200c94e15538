import { verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import type { Stack } from '../harness/stack.ts'

export const mistakes = [
  'no health of auth',
  'anonymous is refused',
  'drops every token',
  'nonsense is anonymous',
  'foreign is anonymous',
  'expired is anonymous',
  'believes x-user-id',
  'no upgrade',
  'any origin opens sockets',
  'no preflight',
  'knows few headers',
  'hides refusals from pages',
  'reflects any origin',
  'cuts large bodies',
  'holds streams back',
  'forgets REST',
  'refuses in HTML',
  'webhook needs a token',
  'everything is found',
  'shows metrics',
  'no security headers',
  'counts nothing',
  'counts no bad tokens',
] as const
export type Mistake = (typeof mistakes)[number]

export const origin = 'http://localhost:3000'
const allowance = 30
const rest = ['/auth/profile', '/openapi.json']
const routed = [
  '/graphql',
  '/graphql/stream',
  '/healthz',
  '/auth/healthz',
  '/user/healthz',
  '/webhooks/clerk',
  ...rest,
]

type Fake = {
  stack: Stack
  makes(mistake: Mistake): boolean
  /** Requests without a token. */
  count: number
  /** Tokens that were refused. */
  bad: number
}

/** An edge as ours should be, or with one mistake, before a running stack. */
export async function openFakeEdge(stack: Stack, mistake?: Mistake) {
  const fake: Fake = { stack, makes: (one) => one === mistake, count: 0, bad: 0 }
  const server = createServer((request, response) => void serve(fake, request, response))
  server.on('upgrade', ({ headers }, socket) => {
    const foreign = headers.origin !== origin && !fake.makes('any origin opens sockets')
    const status = foreign
      ? '403 Forbidden'
      : fake.makes('no upgrade')
        ? '400 Bad Request'
        : '101 Switching Protocols'
    const upgraded = status.startsWith('101')
      ? 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
      : 'Content-Length: 0\r\n'
    socket.end(`HTTP/1.1 ${status}\r\n${upgraded}\r\n`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => void server.close().closeAllConnections(),
  }
}

const refuse = (fake: Fake, response: ServerResponse, status: number): void => {
  if (fake.makes('hides refusals from pages')) response.removeHeader('access-control-allow-origin')
  if (fake.makes('refuses in HTML')) return void response.writeHead(status).end('<html></html>')
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end('{"errors":[{"message":"refused","extensions":{"code":"GATEWAY_REFUSED"}}]}')
}

async function serve(fake: Fake, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  const path = request.url ?? ''
  if (!fake.makes('no security headers')) secure(response)
  share(fake, request, response)
  if (request.method === 'OPTIONS') return void response.writeHead(204).end()
  if (path === '/metrics' && fake.makes('shows metrics'))
    return pass(response, new URL('/metrics', fake.stack.routerAdminUrl), {})
  if (!routed.includes(path) && fake.makes('everything is found')) return void response.end('found')
  if (!routed.includes(path)) return void response.writeHead(404).end()
  if (path.endsWith('healthz')) return health(fake, path, response)
  if (path.startsWith('/webhooks') && fake.makes('webhook needs a token')) return refuse(fake, response, 401)
  if (path.startsWith('/webhooks'))
    return pass(response, new URL(path, fake.stack.authUrl), { method: 'POST', body })
  const large = body.length > 262_144
  if (large && !fake.makes('cuts large bodies')) return refuse(fake, response, 413)
  const authorization = authorizationOf(fake, request)
  if (authorization === 'refuse') {
    fake.bad += 1
    return refuse(fake, response, fake.bad > allowance && !fake.makes('counts no bad tokens') ? 429 : 401)
  }
  fake.count += 1
  if (!authorization && fake.count > allowance) {
    // By itself: the router has a limit of its own.
    if (fake.makes('counts nothing')) return void response.end('{"data":{"__typename":"Query"}}')
    return refuse(fake, response, 429)
  }
  const headers = { 'content-type': 'application/json', ...(await identityOf(fake, request, authorization)) }
  if (rest.includes(path)) return forwardRest(fake, response, new URL(path, fake.stack.url), headers)
  if (path === '/graphql/stream') return stream(fake, response, { headers, body })
  const sent = large ? '{"query":"{ __typename }"}' : body
  await pass(response, new URL(fake.stack.url), { method: 'POST', headers, body: sent })
}

async function forwardRest(
  fake: Fake,
  response: ServerResponse,
  url: URL,
  headers: HeadersInit,
): Promise<void> {
  if (fake.makes('forgets REST')) return void response.writeHead(404).end()
  return pass(response, url, { headers })
}

/** What comes is passed on as it comes; an edge that buffers waits for more. */
async function stream(fake: Fake, response: ServerResponse, { headers, body }: RequestInit): Promise<void> {
  if (fake.makes('holds streams back')) return
  const url = `${fake.stack.url}/stream`
  const leaving = new AbortController()
  response.on('close', () => leaving.abort())
  const asked = { ...headers, accept: 'text/event-stream' }
  const answer = await fetch(url, {
    method: 'POST',
    headers: asked,
    body: body ?? null,
    signal: leaving.signal,
  })
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
  await answer.body
    ?.pipeTo(new WritableStream({ write: (chunk) => void response.write(chunk) }))
    .catch(() => {})
}

function health(fake: Fake, path: string, response: ServerResponse): Promise<void> {
  if (path === '/auth/healthz' && fake.makes('no health of auth'))
    return pass(response, new URL('/no', fake.stack.url), {})
  const owner =
    { '/auth/healthz': fake.stack.authUrl, '/user/healthz': fake.stack.userUrl }[path] ?? fake.stack.url
  return pass(response, new URL('/healthz', owner), {})
}

/** What is passed on of a token: itself, nothing, or a refusal. */
function authorizationOf(fake: Fake, { headers: { authorization = '' } }: IncomingMessage): string {
  if (!authorization) return fake.makes('anonymous is refused') ? 'refuse' : ''
  if (fake.makes('drops every token')) return ''
  const claims = claimsOf(authorization)
  if (!claims) return fake.makes('nonsense is anonymous') ? '' : 'refuse'
  if (Number(claims.exp) * 1_000 < Date.now()) return fake.makes('expired is anonymous') ? '' : 'refuse'
  if (!isSigned(fake, authorization)) return fake.makes('foreign is anonymous') ? '' : 'refuse'
  return authorization
}

async function identityOf(
  fake: Fake,
  { headers }: IncomingMessage,
  authorization: string,
): Promise<Record<string, string>> {
  const claimed = headers['x-user-id']
  if (claimed && fake.makes('believes x-user-id'))
    return { authorization: `Bearer ${await fake.stack.identity.mint({ sub: String(claimed) })}` }
  return authorization ? { authorization } : {}
}

function share(fake: Fake, { headers, method }: IncomingMessage, response: ServerResponse): void {
  if (headers.origin !== origin && !fake.makes('reflects any origin')) return
  if (method === 'OPTIONS' && fake.makes('no preflight')) return
  if (!headers.origin) return
  response.setHeader('access-control-allow-origin', headers.origin)
  const asked = headers['access-control-request-headers'] ?? ''
  response.setHeader(
    'access-control-allow-headers',
    fake.makes('knows few headers') ? 'authorization,content-type' : asked,
  )
}

const isSigned = ({ stack }: Fake, authorization: string): boolean => {
  const [header, payload, signature = ''] = authorization.slice('Bearer '.length).split('.')
  const signed = Buffer.from(`${header}.${payload}`)
  return verify('RSA-SHA256', signed, stack.identity.key.publicKey, Buffer.from(signature, 'base64url'))
}

function claimsOf(authorization: string) {
  try {
    return decodeJwt(/^Bearer (.+)$/.exec(authorization)?.[1] ?? '')
  } catch {
    return null
  }
}

function secure(response: ServerResponse): void {
  response.setHeader('x-request-id', 'request-1')
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('strict-transport-security', 'max-age=31536000')
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The service's answer: its status, type and body. */
async function pass(response: ServerResponse, url: URL, asked: RequestInit): Promise<void> {
  const answer = await fetch(url, asked)
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
  response.end(await answer.text())
}
