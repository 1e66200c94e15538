import type { FetchNode } from '@apollo/query-planner'
import { GraphQLError } from 'graphql'
import type { Path } from '../../plan/client-names.ts'
import { type Data, isObject } from '../data.ts'
import type { Run, Step } from '../run.ts'
import type { SubgraphError } from '../subgraph.ts'
import { addErrors, addFailure } from './errors.ts'
import { merge } from './merge.ts'
import { gather, placed } from './places.ts'
import { compileRepresentation, type Represent } from './representation.ts'
import { type Compiling, keysToName, requestOf, variablesText } from './request.ts'
import { applyRewrites } from './rewrites.ts'

/** The entities one fetch is for; equal representations are sent once. */
export type Prepared = {
  entities: Data[]
  /** The representation of each entity, -1 where it has none. */
  sent: number[]
  count: number
  /** The representations, as the inside of a JSON list. */
  text: string
}

/** An entity fetch in parts, so that several may share one request. */
export type EntityFetch = {
  fetch: FetchNode
  run: Step
  /** `among` leaves out entities by their number. */
  prepare(run: Run, among?: (entity: number) => boolean): Prepared | null
  /** `more` are variables beside the client's, as the inside of a JSON object. */
  send(run: Run, prepared: Prepared, more?: string): Promise<void>
  finish(run: Run, prepared: Prepared, entities: unknown, errors: readonly SubgraphError[]): void
  fail(run: Run, cause: unknown): void
}

/** Compiles a fetch that asks a subgraph for fields of entities found before. */
export function compileEntityFetch(fetch: FetchNode, path: Path, compiling: Compiling): EntityFetch {
  const origin = { subgraph: fetch.serviceName, path, outer: compiling.names.outer }
  const represent = compileRepresentation(compiling.schema, fetch, compiling.typeAt(path))
  const keys = path.includes('@') ? [] : keysToName(fetch, compiling)
  const request = requestOf(fetch)

  const prepare = (run: Run, among?: (entity: number) => boolean): Prepared | null => {
    const entities: Data[] = []
    gather(run.data, path, entities)
    return entities.length ? prepared(entities, represent, among) : null
  }
  const placesIn = (run: Run, { entities, sent }: Prepared): ((entity: number) => Path[]) => {
    const sentAs = new Map(entities.map((one, index) => [one, sent[index]]))
    // Other fetches may have put more objects on the way meanwhile, so each is known by itself and not by its turn.
    const places = placed(run.data, path)
    return (entity) => places.filter(({ object }) => sentAs.get(object) === entity).map((one) => one.path)
  }
  const fail = (run: Run, cause: unknown): void => addFailure(run, origin, keys, cause)
  const finish = (run: Run, ready: Prepared, answered: unknown, errors: readonly SubgraphError[]): void => {
    if (errors.length) addErrors(run, origin, errors, placesIn(run, ready))
    const mistake = mistakeIn(answered, ready.count)
    if (!mistake) mergeEntities(ready, answered as unknown[], fetch, compiling)
    // No entities at all is what an error of the whole field looks like.
    else if (Array.isArray(answered) || !errors.length)
      fail(run, new GraphQLError(mistake, { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }))
  }
  const send = async (run: Run, ready: Prepared, more = ''): Promise<void> => {
    const representations = `"representations":[${ready.text}]`
    const parts = [variablesText(fetch.variableUsages, run.variables), more, representations]
    const whole = { ...request(parts.filter(Boolean).join()), representations: ready }
    try {
      const { data, errors = [] } = await run.send(whole)
      finish(run, ready, data?.['_entities'], errors)
    } catch (error) {
      fail(run, error)
    }
  }
  const all: Step = (run) => {
    const ready = prepare(run)
    return ready ? send(run, ready) : undefined
  }
  return { fetch, run: all, prepare, send, finish, fail }
}

function mistakeIn(answered: unknown, count: number): string | undefined {
  if (!Array.isArray(answered)) return 'Expected "data._entities" in response to be an array'
  return answered.length === count ? undefined : `Expected "data._entities" to contain ${count} elements`
}

function prepared(
  entities: Data[],
  represent: Represent,
  among?: (entity: number) => boolean,
): Prepared | null {
  const known = new Map<unknown, number>()
  let text = ''
  const sent = entities.map((entity, index) => {
    if (among && !among(index)) return -1
    const value = represent.keyOf(entity)
    const before = value === undefined ? undefined : known.get(value)
    if (before !== undefined) return before
    const representation = represent(entity)
    if (representation === null) return -1
    const key = value === undefined ? representation : value
    const same = known.get(key)
    if (same !== undefined) return same
    text += known.size ? `,${representation}` : representation
    known.set(key, known.size)
    return known.size - 1
  })
  return known.size ? { entities, sent, count: known.size, text } : null
}

function mergeEntities(
  ready: Prepared,
  answered: unknown[],
  fetch: FetchNode,
  { schema, contextual }: Compiling,
): void {
  ready.entities.forEach((entity, index) => {
    const found = answered[ready.sent[index] ?? -1]
    if (!isObject(found)) return
    if (fetch.outputRewrites) {
      found['__typename'] ??= entity['__typename']
      applyRewrites(schema, fetch.outputRewrites, found)
    }
    // What stands below equal entities may still differ by the objects above them.
    merge(entity, contextual ? structuredClone(found) : found, schema)
  })
}
