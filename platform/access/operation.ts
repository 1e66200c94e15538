import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { withoutUnused } from '../graphql/without-unused.ts'
import type { Viewer } from '../identity/viewer.ts'
import { type Denial, denied, type Rule, refusalOf } from './access.ts'
import { type Climbs, climbsOf } from './climbs.ts'
import type { AccessRules } from './rules.ts'

/** A field of an operation that the viewer may not have. */
export type Refused = {
  coordinate: string
  denial: Denial
  /** The response key that it was asked under. */
  key: string
  /** Where its null may not stand. */
  climbs: Climbs
}

/** What is left of a document for a viewer, and what is not. */
export type Allowed = {
  /** What may be planned: in place of a refused field stands a `__typename` under a name of ours. */
  document: DocumentNode
  refused: readonly Refused[]
}

export type OperationAccess = (document: DocumentNode, viewer: Viewer | null) => Allowed

type Guarded = { coordinate: string; key: string; rule: Rule }

const placeholder = 'puchi_refused_'

/**
 * Takes out of valid operations what their viewer may not have, so that a refused field costs no fetch. `schema` is the
 * one clients see. What was found in a document is kept with it: an operation asks for nothing guarded mostly.
 */
export function operationAccess(schema: GraphQLSchema, rules: AccessRules): OperationAccess {
  const kept = new WeakMap<DocumentNode, Studied>()
  const study = (document: DocumentNode) => {
    const known = kept.get(document) ?? studied(document, schema, rules)
    kept.set(document, known)
    return known
  }
  return (document, viewer) => {
    const { guarded, climbs, rewritten } = study(document)
    const refused = guarded.flatMap(({ coordinate, key, rule }) => {
      const denial = denied(rule, viewer)
      return denial ? [{ coordinate, key, denial, climbs }] : []
    })
    if (refused.length === 0) return { document, refused }
    const names = refused.map(nameOf)
    const found = rewritten.get(names.join()) ?? replaced(document, schema, names)
    rewritten.set(names.join(), found)
    return { document: found, refused }
  }
}

type Studied = { guarded: Guarded[]; climbs: Climbs; rewritten: Map<string, DocumentNode> }

function studied(document: DocumentNode, schema: GraphQLSchema, rules: AccessRules): Studied {
  const guarded = guardedIn(document, schema, rules)
  const climbs = guarded.length > 0 ? climbsOf(document, schema) : new Map()
  return { guarded, climbs, rewritten: new Map() }
}

const nameOf = ({ coordinate, key }: { coordinate: string; key: string }): string => `${coordinate} ${key}`
const keyOf = (node: FieldNode): string => (node.alias ?? node.name).value

function guardedIn(document: DocumentNode, schema: GraphQLSchema, rules: AccessRules): Guarded[] {
  const found = new Map<string, Guarded>()
  const info = new TypeInfo(schema)
  const Field = (node: FieldNode) => {
    const coordinate = `${info.getParentType()?.name}.${node.name.value}`
    const rule = rules.get(coordinate)
    const one = { coordinate, key: keyOf(node) }
    if (rule) found.set(nameOf(one), { ...one, rule })
  }
  visit(document, visitWithTypeInfo(info, { Field }))
  return [...found.values()]
}

function replaced(document: DocumentNode, schema: GraphQLSchema, names: readonly string[]): DocumentNode {
  const info = new TypeInfo(schema)
  const enter = (node: FieldNode) => {
    const coordinate = `${info.getParentType()?.name}.${node.name.value}`
    const index = names.indexOf(nameOf({ coordinate, key: keyOf(node) }))
    return index < 0 ? undefined : marked(node, index)
  }
  return withoutUnused(visit(document, visitWithTypeInfo(info, { Field: { enter } })))
}

function marked({ directives = [] }: FieldNode, index: number): FieldNode {
  const name = (value: string) => ({ kind: Kind.NAME as const, value })
  return { kind: Kind.FIELD, alias: name(`${placeholder}${index}`), name: name('__typename'), directives }
}

type Answer = { data?: unknown; errors?: readonly (GraphQLError | GraphQLFormattedError)[] | undefined }

/** The answer a client gets: null and an error wherever a refused field would stand, the null where it may be one. */
export function withRefusals<A extends Answer>(answer: A, refused: readonly Refused[]): A {
  if (refused.length === 0) return answer
  const errors: (GraphQLError | GraphQLFormattedError)[] = [...(answer.errors ?? [])]
  const nulls: Path[] = []
  const restore = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => restore(item, [...path, index]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => entry(key, item, path)))
  }
  const entry = (key: string, item: unknown, above: Path): [string, unknown] => {
    const found = key.startsWith(placeholder) ? refused[Number(key.slice(placeholder.length))] : undefined
    if (!found) return [key, restore(item, [...above, key])]
    const { message, extensions } = refusalOf(found.denial, found.coordinate)
    const path = [...above, found.key]
    errors.push(new GraphQLError(message, { path, extensions }))
    const climb = found.climbs.get(path.filter((step) => typeof step === 'string').join('.'))
    if (climb) nulls.push(path.slice(0, -climb))
    return [found.key, null]
  }
  // Only the walk finds the nulls.
  const restored = restore(answer.data, [])
  const data = nulls.reduce(withNull, restored)
  return { ...answer, data, ...(errors.length > 0 && { errors }) }
}

type Path = readonly (string | number)[]

/** The data with null at a path; what is null above stays so. */
function withNull(data: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined || typeof data !== 'object' || data === null) return null
  const holder = data as Record<string | number, unknown>
  holder[step] = withNull(holder[step], rest)
  return data
}
