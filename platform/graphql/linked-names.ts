import { type DirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql'

/**
 * What a schema calls the directives of Apollo's specifications, by the names that its `@link`s give them (`@core` in
 * Federation 1): as they are, renamed one by one, or behind the name of the specification that was linked.
 */
export function linkedNames<Feature extends string>(
  { definitions }: DocumentNode,
  features: readonly Feature[],
): Map<string, Feature> {
  const names = new Map<string, Feature>()
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue
    for (const link of definition.directives ?? [])
      for (const [name, feature] of namesBy(argumentsOf(link), features)) names.set(name, feature)
  }
  return names
}

function namesBy<Feature extends string>(
  { url, feature, as, import: imports }: Record<string, unknown>,
  features: readonly Feature[],
): [string, Feature][] {
  const linked = /\/(\w+)\/v\d+\.\d+\/?$/.exec(String(url ?? feature))?.[1]
  const own = features.find((one) => one === linked)
  if (linked !== 'federation' && !own) return []
  const prefix = String(as ?? linked)
  const imported = (one: string | { name: string; as?: string }): [string, Feature][] => {
    const { name, as = name } = typeof one === 'string' ? { name: one } : one
    const found = features.find((feature) => `@${feature}` === name)
    return found ? [[as.slice(1), found]] : []
  }
  return [
    ...features.map((one): [string, Feature] => [one === own ? prefix : `${prefix}__${one}`, one]),
    ...(Array.isArray(imports) ? imports.flatMap(imported) : []),
  ]
}

/** The arguments of a directive, as JSON has them. */
export const argumentsOf = (directive: DirectiveNode): Record<string, unknown> =>
  Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  )
