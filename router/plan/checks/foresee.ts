import type { FetchDataRewrite, FetchNode, QueryPlan } from '@apollo/query-planner'
import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import type { Path } from '../client-names.ts'
import { parseOperation, responseKey } from '../nodes.ts'
import { fetchesOf } from '../walk.ts'
import { sentType } from './foresee-sent.ts'
import { selectionSetOf } from './parsed-fetch.ts'
import type { Promised } from './promised.ts'
import { callOf, conditionIn, type Known, learn, learnAll, meets, type Shape } from './shape.ts'

/** The schemas a plan is read against. */
export type Schemas = {
  supergraph: GraphQLSchema
  subgraph(name: string): GraphQLSchema
  promised: Promised
}

type Work = Schemas & { budget: number }

/** Thrown when a plan is too large to be followed type by type. */
export class TooLarge extends Error {}

/** Follows a plan without data: what will be known about the root, for every type each object may have. */
export function foresee(plan: QueryPlan, root: string, schemas: Schemas): Known {
  const work = { ...schemas, budget: 200_000 }
  const known: Known = new Map([['__typename', { call: root }]])
  const top: Shape = new Map([[root, known]])
  for (const { fetch, path } of fetchesOf(plan))
    for (const at of placesAt(top, path)) foreseeFetch(work, fetch, at)
  return known
}

function placesAt(shape: Shape, path: Path): Shape[] {
  const [key, ...rest] = path
  if (key === undefined) return [shape]
  if (key === '@') return placesAt(shape, rest)
  return [...shape.values()].flatMap((known) => {
    const below = known.get(String(key))?.below
    return below ? placesAt(below, rest) : []
  })
}

function foreseeFetch(work: Work, fetch: FetchNode, at: Shape): void {
  const schema = work.subgraph(fetch.serviceName)
  const operation = parseOperation(fetch.operation)
  const set = selectionSetOf(fetch, operation)
  for (const [type, known] of at) {
    const sent = fetch.requires ? sentType(work.supergraph, fetch, known) : type
    // The subgraph finds the type itself behind the name of an interface.
    const local = sent && localType(schema, type, sent)
    if (!local) continue
    const answer: Known = new Map()
    select(work, { schema, set, local, type }, answer)
    const shape: Shape = new Map([[type, answer]])
    for (const rewrite of fetch.outputRewrites ?? []) rename(work, rewrite, shape)
    learnAll(known, type, answer)
  }
}

function localType(schema: GraphQLSchema, type: string, sent: string): string | undefined {
  const named = schema.getType(sent)
  if (isObjectType(named)) return sent
  const own = schema.getType(type)
  return isAbstractType(named) && isObjectType(own) && schema.isSubType(named, own) ? type : undefined
}

type Selecting = { schema: GraphQLSchema; set: SelectionSetNode; local: string; type: string }

function select(work: Work, at: Selecting, known: Known): void {
  const { schema, local } = at
  const type = schema.getType(local)
  if (!isObjectType(type)) return
  for (const one of at.set.selections) {
    if (--work.budget < 0) throw new TooLarge()
    if (one.kind === Kind.FRAGMENT_SPREAD) continue
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const condition = one.typeCondition?.name.value
      if (!condition || meets(schema, local, condition)) select(work, { ...at, set: one.selectionSet }, known)
      continue
    }
    const key = responseKey(one)
    if (one.name.value === '__typename') learn(known, key, local)
    else learn(known, key, callOf(one), below(work, schema, type, one))
  }
}

/** What a field's answer will hold, for each type it may have; undefined where nothing is selected of it. */
function below(
  work: Work,
  schema: GraphQLSchema,
  parent: GraphQLObjectType,
  { name, selectionSet: set }: FieldNode,
): Shape | undefined {
  const field = parent.getFields()[name.value]
  if (!field || !set) return undefined
  const only = work.promised(parent.name, name.value)
  const shape: Shape = new Map()
  for (const [type, local] of runtimeTypes(work, schema, getNamedType(field.type).name)) {
    if (only && !only.has(type)) continue
    const known: Known = new Map()
    select(work, { schema, set, local, type }, known)
    shape.set(type, known)
  }
  return shape
}

/** Each type of the supergraph an answer may have, with the type the subgraph takes it for. */
function runtimeTypes({ supergraph }: Work, schema: GraphQLSchema, returns: string): [string, string][] {
  const local = schema.getType(returns)
  if (isAbstractType(local)) return schema.getPossibleTypes(local).map(({ name }) => [name, name])
  const whole = supergraph.getType(returns)
  if (!isInterfaceType(whole)) return [[returns, returns]]
  // An interface object: any of the interface's types, or nobody's where it has none.
  const types = supergraph.getPossibleTypes(whole)
  return types.length ? types.map(({ name }) => [name, returns]) : [[returns, returns]]
}

function rename(work: Work, rewrite: FetchDataRewrite, shape: Shape, path: string[] = rewrite.path): void {
  const [step, ...rest] = path
  if (step === undefined || rewrite.kind !== 'KeyRenamer') return
  const condition = conditionIn(step)
  if (condition) {
    const applies = [...shape].filter(([type]) => meets(work.supergraph, type, condition))
    rename(work, rewrite, new Map(applies), rest)
    return
  }
  for (const known of shape.values()) {
    const found = known.get(step)
    if (!found) continue
    if (rest.length) {
      if (found.below) rename(work, rewrite, found.below, rest)
      continue
    }
    known.delete(step)
    learn(known, rewrite.renameKeyTo, found.call, found.below)
  }
}
