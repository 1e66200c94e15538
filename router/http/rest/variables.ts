import { badInput, Refusal } from '@puchi/platform/errors'
import { jsonBody } from '@puchi/platform/graphql/params'
import { type Exchange, readBody } from '@puchi/platform/http/exchange'
import type { TypeNode } from 'graphql'
import type { Endpoint } from './endpoints.ts'

/** The variables that a REST call gives its operation: the parameters of a GET, else the members of the body. */
export async function variablesOf(
  exchange: Exchange,
  endpoint: Endpoint,
  bodyLimit: number,
): Promise<Record<string, unknown>> {
  if (endpoint.method === 'GET') return parametersOf(exchange.url.searchParams, endpoint)
  const raw = await readBody(exchange, bodyLimit)
  const body = raw.length > 0 ? jsonBody(exchange.request, raw) : {}
  if (endpoint.body) return { [endpoint.body]: body }
  const types = typesOf(endpoint)
  for (const name of Object.keys(body)) if (!types.has(name)) throw unknown(name, types)
  return body
}

function parametersOf(search: URLSearchParams, endpoint: Endpoint): Record<string, unknown> {
  const types = typesOf(endpoint)
  const given: Record<string, unknown> = Object.create(null)
  for (const name of new Set(search.keys())) {
    const type = types.get(name)
    const [value = '', ...more] = search.getAll(name)
    if (!type) throw unknown(name, types)
    if (more.length > 0) throw new Refusal('BAD_REQUEST', `Give the parameter ${name} once.`)
    given[name] = type === 'Int' ? whole(name, value) : value
  }
  return given
}

function whole(name: string, value: string): number {
  if (!/^-?\d{1,9}$/.test(value)) throw badInput({ field: name, message: 'must be a whole number' })
  return Number(value)
}

function unknown(name: string, types: ReadonlyMap<string, string>) {
  const message =
    types.size > 0 ? `is none of ${[...types.keys()].join(', ')}` : 'is unknown: nothing is taken here'
  return badInput({ field: name.slice(0, 50), message })
}

const typesOf = ({ operation: { variableDefinitions = [] } }: Endpoint): Map<string, string> =>
  new Map(variableDefinitions.map(({ variable, type }) => [variable.name.value, named(type)]))

const named = (type: TypeNode): string => (type.kind === 'NamedType' ? type.name.value : named(type.type))
