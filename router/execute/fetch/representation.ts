import type {
  FetchDataRewrite,
  FetchNode,
  QueryPlanInlineFragmentNode,
  QueryPlanSelectionNode,
} from '@apollo/query-planner'
import { type GraphQLSchema, isObjectType } from 'graphql'
import type { MustHave, RepairedFetch } from '../../plan/walk.ts'
import { type Data, held, isObject } from '../data.ts'
import { jsonText } from '../json-text.ts'
import { merge } from './merge.ts'
import { applyRewrites, meetsCondition } from './rewrites.ts'

/** Writes the representation of an entity as JSON; null when something that is required is missing. */
export type Represent = {
  (entity: Data): string | null
  /** Tells equal representations by the one value they hold, without writing them; undefined where that is not so. */
  keyOf(entity: Data): unknown
}

type Write = (entity: Data) => string | null

const written = (write: Write, keyOf: (entity: Data) => unknown = () => undefined): Represent =>
  Object.assign(write, { keyOf })

/**
 * Compiles a fetch's `requires`: known object types with plain values get a writer each, the rest is interpreted.
 * `known` is the type of entities that were not asked for it.
 */
export function compileRepresentation(schema: GraphQLSchema, fetch: FetchNode, known?: string): Represent {
  const requires = fetch.requires ?? []
  const rewrites = fetch.inputRewrites ?? []
  const must = (fetch as RepairedFetch).mustHave
  const writers = plainWriters(schema, fetch)
  if (writers) return plainly(writers, known)
  const interpreted: Write = (entity) => {
    const found = select(schema, entity, requires)
    if (!isObject(found) || !found['__typename']) return null
    applyRewrites(schema, rewrites, found)
    return complete(found, must) ? JSON.stringify(found) : null
  }
  return written(interpreted)
}

/** Whether entities are represented by plain values alone, each under a type of its own. */
export const isPlain = (schema: GraphQLSchema, fetch: FetchNode): boolean =>
  plainWriters(schema, fetch) !== undefined

function plainly(writers: ReadonlyMap<unknown, PlainWriter>, known: string | undefined): Represent {
  const [first, ...more] = writers
  if (!first || more.length)
    return written((entity) => writers.get(entity['__typename'] ?? known)?.write(entity) ?? null)
  const [type, { write, only }] = first
  const fits = (entity: Data) => (entity['__typename'] ?? known) === type
  return written(
    (entity) => (fits(entity) ? write(entity) : null),
    only === undefined ? undefined : (entity) => (fits(entity) ? entity[only] : undefined),
  )
}

/** `only` is the key of the one value that a representation holds beside its type. */
type PlainWriter = { write: Write; only?: string | undefined }

const complete = (found: Data, must: MustHave | undefined): boolean =>
  !must ||
  (must.keys.some((key) => key.every((name) => name in found)) && must.inputs.every((name) => name in found))

/** One writer for each type, where every fragment is on an object type of its own and holds plain values only. */
function plainWriters(schema: GraphQLSchema, fetch: FetchNode): Map<unknown, PlainWriter> | undefined {
  const { requires = [], inputRewrites: rewrites = [] } = fetch
  if ((fetch as RepairedFetch).mustHave) return undefined
  const writers = new Map<unknown, PlainWriter>()
  for (const one of requires) {
    if (one.kind !== 'InlineFragment' || !one.typeCondition || writers.has(one.typeCondition))
      return undefined
    const plain =
      isObjectType(schema.getType(one.typeCondition)) &&
      one.selections.every((field) => field.kind === 'Field' && !field.selections) &&
      one.selections.some((field) => field.kind === 'Field' && field.name === '__typename') &&
      rewrites.every(({ path }) => path.length === 2)
    if (!plain) return undefined
    writers.set(one.typeCondition, plainWriter(schema, one, rewrites))
  }
  return writers
}

function plainWriter(
  schema: GraphQLSchema,
  { typeCondition = '', selections }: QueryPlanInlineFragmentNode,
  rewrites: readonly FetchDataRewrite[],
): PlainWriter {
  // The rewrites' effect is worked out once, on an object that holds every key's own name.
  const sample: Data = { __typename: typeCondition }
  const keys = selections.flatMap((one) => (one.kind === 'Field' ? [one.alias ?? one.name] : []))
  for (const key of keys) if (key !== '__typename') sample[key] = key
  applyRewrites(schema, rewrites, sample)
  const { __typename: sent, ...rest } = sample
  const start = `{"__typename":${JSON.stringify(sent)}`
  const parts = Object.entries(rest).map(([key, from], index) => ({
    prefix: `${index ? '' : start},${JSON.stringify(key)}:`,
    from: String(from),
    inherited: String(from) in Object.prototype,
  }))
  const write: Write = (entity) => {
    let text = parts.length ? '' : start
    for (const { prefix, from, inherited } of parts) {
      const value = inherited ? held(entity, from) : entity[from]
      if (value === undefined) return null
      text += prefix + jsonText(value)
    }
    return `${text}}`
  }
  const [one, ...more] = parts
  return { write, only: more.length || one?.inherited ? undefined : one?.from }
}

/**
 * What the selections require of an object; undefined when a part is missing, however deep: that is an object the fetch
 * is not for, which merely stands where those stand that it is for. Sent half, it would fail them all.
 */
function select(
  schema: GraphQLSchema,
  source: unknown,
  selections: readonly QueryPlanSelectionNode[],
): unknown {
  if (!isObject(source)) return null
  if (Array.isArray(source)) {
    const list = source.map((one) => select(schema, one, selections))
    return list.includes(undefined) ? undefined : list
  }
  const result: Data = {}
  for (const one of selections) {
    if (one.kind === 'InlineFragment') {
      if (!one.typeCondition || !meetsCondition(schema, source['__typename'], one.typeCondition)) continue
      const part = select(schema, source, one.selections)
      if (isObject(part)) merge(result, part, schema)
      continue
    }
    const key = one.alias ?? one.name
    const value = held(source, key)
    const part = one.selections && value !== undefined ? select(schema, value, one.selections) : value
    if (part === undefined) return undefined
    result[key] = part
  }
  return result
}
