import { Refusal } from '../errors.ts'
import type { Exchange } from '../http/exchange.ts'
import { isMap } from '../is-map.ts'

/** The parameters of a GraphQL request, as GraphQL over HTTP has them. */
export type GraphQLParams = {
  query?: string
  operationName?: string
  variables?: Record<string, unknown>
  extensions?: Record<string, unknown>
  /** Names a document that was published before, instead of `query`. */
  documentId?: string
}

/** Reads the parameters out of a GET's query string or a POST's JSON body. Refuses whatever is not well-formed. */
export function paramsOf({ request, url }: Exchange, raw: Buffer): GraphQLParams {
  if (request.method === 'GET') return checked(inQueryString(url.searchParams))
  return checked(jsonBody(request, raw))
}

/** The object that a JSON body holds. Refuses other media types and encodings, and whatever else JSON may be. */
export function jsonBody({ headers }: Exchange['request'], raw: Buffer): Record<string, unknown> {
  refuseEncoding(headers)
  const body = parseJson(raw, 'The body is not JSON in UTF-8.')
  if (Array.isArray(body)) throw new Refusal('BATCHING_DISABLED', 'Send one operation a request.')
  if (!isMap(body)) throw malformed('The body must be a JSON object.')
  return body
}

function refuseEncoding(headers: Exchange['request']['headers']): void {
  const type = headers['content-type'] ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.')
  const charset = /charset="?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body in UTF-8.')
  if (!/^identity$/i.test(headers['content-encoding'] ?? 'identity'))
    throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body without a content encoding.')
}

function inQueryString(search: URLSearchParams): Record<string, unknown> {
  const given = Object.create(null) as Record<string, unknown>
  for (const name of ['query', 'operationName', 'variables', 'extensions', 'documentId']) {
    const [value, ...more] = search.getAll(name)
    if (more.length > 0) throw malformed(`Give the parameter ${name} once.`)
    const nested = name === 'variables' || name === 'extensions'
    if (value !== undefined)
      given[name] = nested ? parseJson(Buffer.from(value), `The parameter ${name} is not JSON.`) : value
  }
  return given
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseJson(raw: Buffer, complaint: string): unknown {
  try {
    return JSON.parse(utf8.decode(raw))
  } catch {
    throw malformed(complaint)
  }
}

function checked(given: Record<string, unknown>): GraphQLParams {
  const params: Record<string, unknown> = {}
  const take = (name: keyof GraphQLParams, fits: (value: unknown) => boolean, kind: string) => {
    const value = Object.hasOwn(given, name) ? (given[name] ?? undefined) : undefined
    if (value === undefined) return
    if (!fits(value)) throw malformed(`${name} must be ${kind}.`)
    params[name] = value
  }
  take('query', isText, 'a string')
  take('operationName', isText, 'a string')
  take('variables', isMap, 'an object')
  take('extensions', isMap, 'an object')
  take('documentId', isText, 'a string')
  return params as GraphQLParams
}

const isText = (value: unknown): value is string => typeof value === 'string'

const malformed = (message: string) => new Refusal('BAD_REQUEST', message)
