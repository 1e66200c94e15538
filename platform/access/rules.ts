import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { argumentsOf, linkedNames } from '../graphql/linked-names.ts'
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
  const names = linkedNames(document, features)
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
