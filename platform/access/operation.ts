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
import type { AccessRules } from './rules.ts'

/** A field of an operation that the viewer may not have. */
export type Refused = {
  coordinate: string
  denial: Denial
  /** The response key that it was asked under. */
  key: string
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
  const kept = new WeakMap<DocumentNode, { guarded: Guarded[]; rewritten: Map<string, DocumentNode> }>()
  const study = (document: DocumentNode) => {
    const known = kept.get(document) ?? { guarded: guardedIn(document, schema, rules), rewritten: new Map() }
    kept.set(document, known)
    return known
  }
  return (document, viewer) => {
    const { guarded, rewritten } = study(document)
    const refused = guarded.flatMap(({ coordinate, key, rule }) => {
      const denial = denied(rule, viewer)
      return denial ? [{ coordinate, key, denial }] : []
    })
    if (refused.length === 0) return { document, refused }
    const names = refused.map(nameOf)
    const found = rewritten.get(names.join()) ?? replaced(document, schema, names)
    rewritten.set(names.join(), found)
    return { document: found, refused }
  }
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

/** The answer a client gets: null and an error wherever a refused field would stand. */
export function withRefusals<A extends Answer>(answer: A, refused: readonly Refused[]): A {
  if (refused.length === 0) return answer
  const errors: (GraphQLError | GraphQLFormattedError)[] = [...(answer.errors ?? [])]
  const restore = (value: unknown, path: (string | number)[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => restore(item, [...path, index]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => entry(key, item, path)))
  }
  const entry = (key: string, item: unknown, path: (string | number)[]): [string, unknown] => {
    const found = key.startsWith(placeholder) ? refused[Number(key.slice(placeholder.length))] : undefined
    if (!found) return [key, restore(item, [...path, key])]
    const { message, extensions } = refusalOf(found.denial, found.coordinate)
    errors.push(new GraphQLError(message, { path: [...path, found.key], extensions }))
    return [found.key, null]
  }
  return { ...answer, data: restore(answer.data, []), errors }
}
