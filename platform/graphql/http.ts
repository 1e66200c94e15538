import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server'
import type { FormattedExecutionResult } from 'graphql'
import { Refusal } from '../errors.ts'
import { graphqlJson, type Media, negotiate } from '../http/accept.ts'
import { advise, answer, statusWithoutData } from '../http/answer.ts'
import { type Exchange, readBody } from '../http/exchange.ts'
import type { GraphQLParams } from './params.ts'

/** The raw body of a GraphQL request over HTTP. Refuses methods other than GET and POST. */
export async function readGraphQL(exchange: Exchange, limit: number): Promise<Buffer> {
  const { method } = exchange.request
  if (method === 'POST') return readBody(exchange, limit)
  if (method === 'GET') return Buffer.alloc(0)
  exchange.response.setHeader('allow', 'GET, POST')
  throw new Refusal('METHOD_NOT_ALLOWED', 'Use GET or POST.')
}

/** The media type to answer in. Refuses a client that accepts none of GraphQL over HTTP's, before anything runs. */
export function mediaFor({ request }: Exchange): Media {
  const media = negotiate(request.headers.accept)
  if (!media) throw new Refusal('NOT_ACCEPTABLE', `Accept ${graphqlJson} or application/json.`)
  return media
}

// Of a document that is refused: a few names say as much as a hundred, and cost less than was sent.
const mostFaults = 5

/** Lets an ApolloServer answer one request that was read already. */
export async function answerGraphQL<C extends BaseContext>(
  exchange: Exchange,
  server: ApolloServer<C>,
  { params, context }: { params: GraphQLParams; context: C },
): Promise<void> {
  const { request, response, url } = exchange
  const media = mediaFor(exchange)
  const http = {
    method: request.method ?? 'POST',
    headers: headersOf(exchange),
    search: url.search,
    body: params,
  }
  const answered = await server.executeOperation<Record<string, unknown>>(
    { ...params, http },
    { contextValue: context },
  )
  if (answered.body.kind !== 'single') throw new Error('incremental delivery is not served')
  const result = answered.body.singleResult
  const { data, extensions } = result
  const errors = data === undefined ? result.errors?.slice(0, mostFaults) : result.errors
  const allow = answered.http.headers.get('allow')
  if (allow) response.setHeader('allow', allow)
  answerResult(exchange, media, { result, text: JSON.stringify({ errors, data, extensions }) })
}

/** Refuses, with ROUTER_TIMEOUT, to pass a result on whose time was up before it was whole. */
export function refuseLate({ errors }: Pick<FormattedExecutionResult, 'errors'>): void {
  const late = errors?.find(({ extensions }) => extensions?.['code'] === 'ROUTER_TIMEOUT')
  if (late) throw new Refusal('ROUTER_TIMEOUT', late.message)
}

/** Answers a result whose text is written already. */
export function answerResult(
  exchange: Exchange,
  media: Media,
  { text, result }: { text: string; result: FormattedExecutionResult },
): void {
  refuseLate(result)
  if (result.data === undefined) advise(exchange, result.errors?.[0]?.extensions ?? {})
  exchange.response.setHeader('cache-control', 'no-store')
  answer(exchange, statusOf(result, media), `${media}; charset=utf-8`, text)
}

function headersOf({ request }: Exchange): HeaderMap {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, String(value))
  return headers
}

// ApolloServer itself says 500 whenever a plugin refuses.
const statusOf = ({ data, errors }: FormattedExecutionResult, media: Media): number =>
  data === undefined ? statusWithoutData(errors?.[0]?.extensions?.['code'], media) : 200
