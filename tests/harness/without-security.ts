import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type SchemaDefinitionNode,
  visit,
} from 'graphql'
import { argumentOf, textOf } from '../../router/plan/schema/sdl.ts'

const features = new Map([
  ['authenticated', []],
  ['requiresScopes', ['Scope']],
  ['policy', ['Policy']],
])

type Removed = { directives: Set<string>; scalars: Set<string> }

/** The feature a `@link` brings in, when it is one the planner refuses to load. */
function featureOf(link: ConstDirectiveNode): string | undefined {
  if (link.name.value !== 'link') return undefined
  const [, feature] = /\/([A-Za-z]+)\/v\d+\.\d+$/.exec(textOf(link, 'url')) ?? []
  return feature && features.has(feature) ? feature : undefined
}

/** What the links brought in, under the names they have here (`as:` may have changed them). */
function namesOf(schema: SchemaDefinitionNode): Removed {
  const removed: Removed = { directives: new Set(), scalars: new Set() }
  for (const link of schema.directives ?? []) {
    const feature = featureOf(link)
    if (!feature) continue
    const local = String(argumentOf(link, 'as') ?? feature)
    removed.directives.add(local)
    for (const scalar of features.get(feature) ?? []) removed.scalars.add(`${local}__${scalar}`)
  }
  return removed
}

/**
 * A supergraph without @authenticated, @requiresScopes and @policy. Apollo's loader refuses these ("for: SECURITY
 * but is unsupported"); whoever loads the copy enforces them from the original.
 */
export function withoutSecurity(document: DocumentNode): DocumentNode {
  const schema = document.definitions.find((one) => one.kind === Kind.SCHEMA_DEFINITION)
  const removed = schema ? namesOf(schema) : undefined
  if (!removed?.directives.size) return document
  const goes = (one: DefinitionNode): boolean =>
    (one.kind === Kind.DIRECTIVE_DEFINITION && removed.directives.has(one.name.value)) ||
    (one.kind === Kind.SCALAR_TYPE_DEFINITION && removed.scalars.has(one.name.value))
  const kept = { ...document, definitions: document.definitions.filter((one) => !goes(one)) }
  return visit(kept, {
    Directive: (one) =>
      featureOf(one as ConstDirectiveNode) || removed.directives.has(one.name.value) ? null : undefined,
  })
}
