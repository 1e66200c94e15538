import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server'
import { Refusal } from './errors.ts'
import { type Exchange, readBody } from './http.ts'

/** Reads a request's JSON body for GraphQL; a GET has none. Refuses what is not one JSON object of UTF-8. */
export function parseBody(method: string | undefined, contentType: string | undefined, raw: Buffer): unknown {
  if (method === 'GET') return ''
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? ''))
    throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.')
  const charset = /charset="?([^";\s]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body in UTF-8.')
  const body = parseJson(raw)
  if (Array.isArray(body)) throw new Refusal('BATCHING_DISABLED', 'Send one operation a request.')
  if (typeof body !== 'object' || body === null)
    throw new Refusal('BAD_REQUEST', 'The body must be a JSON object.')
  return body
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
  } catch {
    throw new Refusal('BAD_REQUEST', 'The body is not JSON in UTF-8.')
  }
}

/** The raw body of a GraphQL request over HTTP. Refuses methods other than GET and POST. */
export async function readGraphQL(exchange: Exchange, limit: number): Promise<Buffer> {
  const { method } = exchange.request
  if (method === 'POST') return readBody(exchange, limit)
  if (method === 'GET') return Buffer.alloc(0)
  exchange.response.setHeader('allow', 'GET, POST')
  throw new Refusal('METHOD_NOT_ALLOWED', 'Use GET or POST.')
}

/** Lets an ApolloServer answer one request whose body was read already. */
export async function answerGraphQL<C extends BaseContext>(
  exchange: Exchange,
  server: ApolloServer<C>,
  { raw, context }: { raw: Buffer; context: C },
): Promise<void> {
  const { request, response, url } = exchange
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, String(value))
  const {
    status,
    headers: answered,
    body,
  } = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method ?? 'POST',
      headers,
      search: url.search,
      body: parseBody(request.method, request.headers['content-type'], raw),
    },
    context: async () => context,
  })
  for (const [name, value] of answered) response.setHeader(name, value)
  response.statusCode = status ?? 200
  if (body.kind === 'complete') return void response.end(body.string)
  for await (const chunk of body.asyncIterator) response.write(chunk)
  response.end()
}
