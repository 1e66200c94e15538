import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
} from 'graphql'
import type { Rule } from './access.ts'

const features = ['authenticated', 'requiresScopes', 'policy'] as const
type Feature = (typeof features)[number]
type Annotated = { readonly directives?: readonly ConstDirectiveNode[] | undefined }
type Annotations = ReadonlyMap<string, readonly ConstDirectiveNode[]>

/** The rules of a schema by coordinate, `User.email`; a field without an entry is open to all. */
export type AccessRules = ReadonlyMap<string, Rule>

/**
 * Reads @authenticated, @requiresScopes and @policy, from a subgraph's SDL or a supergraph's, under whatever names its
 * `@link`s give them. A field obeys its own, its type's and its result type's directives; on an interface also those of
 * every type behind it, on whose objects it may stand.
 */
export function accessRules(document: DocumentNode, schema: GraphQLSchema): AccessRules {
  const names = namesIn(document)
  const annotated = annotationsOf(document)
  const own = (coordinate: string) => ruleOf(annotated.get(coordinate) ?? [], names)
  const rules = new Map<string, Rule>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    const behind = isInterfaceType(type) ? schema.getPossibleTypes(type) : []
    const over = [type, ...behind]
    for (const field of Object.values(type.getFields())) {
      const places = over.flatMap(({ name }) => [name, `${name}.${field.name}`])
      const rule = [...places, getNamedType(field.type).name].flatMap(own)
      if (rule.length > 0) rules.set(`${type.name}.${field.name}`, rule)
    }
  }
  return rules
}

/** What the directives are called here. `@link` may have another name, too, and was `@core` in Federation 1. */
function namesIn(document: DocumentNode): Map<string, Feature> {
  const names = new Map<string, Feature>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue
    for (const link of definition.directives ?? [])
      for (const [name, feature] of namesBy(argumentsOf(link))) names.set(name, feature)
  }
  return names
}

function namesBy({ url, feature, as, import: imports }: Record<string, unknown>): [string, Feature][] {
  const linked = /\/(\w+)\/v\d+\.\d+\/?$/.exec(String(url ?? feature))?.[1]
  if (linked !== 'federation' && !isFeature(linked)) return []
  const prefix = as ?? linked
  const own: [string, Feature][] = isFeature(linked)
    ? [[String(prefix), linked]]
    : features.map((feature) => [`${prefix}__${feature}`, feature])
  return [...own, ...(Array.isArray(imports) ? imports.flatMap(imported) : [])]
}

function imported(one: string | { name: string; as?: string }): [string, Feature][] {
  const { name, as = name } = typeof one === 'string' ? { name: one } : one
  const feature = name.slice(1)
  return isFeature(feature) ? [[as.slice(1), feature]] : []
}

const isFeature = (name: string | undefined): name is Feature => features.some((one) => one === name)

/** Directives by coordinate, of types and fields and of their extensions. */
function annotationsOf(document: DocumentNode): Annotations {
  const found = new Map<string, ConstDirectiveNode[]>()
  const add = (coordinate: string, { directives = [] }: Annotated) =>
    found.set(coordinate, [...(found.get(coordinate) ?? []), ...directives])
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue
    const type = definition.name.value
    add(type, definition as Annotated)
    if ('fields' in definition)
      for (const field of definition.fields ?? []) add(`${type}.${field.name.value}`, field)
  }
  return found
}

const plainNames: ReadonlyMap<string, Feature> = new Map(features.map((feature) => [feature, feature]))

/** What directives demand; `names` is what the features are called. */
export function ruleOf(directives: readonly ConstDirectiveNode[], names = plainNames): Rule {
  return directives.flatMap((directive): Rule => {
    const feature = names.get(directive.name.value)
    const { scopes, policies } = argumentsOf(directive)
    if (feature === 'authenticated') return [{ kind: 'signed-in' }]
    if (feature === 'requiresScopes') return [{ kind: 'permissions', anyOf: sets(scopes) }]
    return feature === 'policy' ? [{ kind: 'policies', anyOf: sets(policies) }] : []
  })
}

// A list of one may be written without its brackets.
const list = (value: unknown = []): unknown[] => (Array.isArray(value) ? value : [value])
const sets = (value: unknown): string[][] => list(value).map((all) => list(all).map(String))

const argumentsOf = (directive: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  )
