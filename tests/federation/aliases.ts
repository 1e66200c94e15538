import type { GraphQLSchema } from 'graphql'
import { isInterfaceType, isObjectType } from 'graphql'

/** Aliases made to collide: names of other fields, of JavaScript's own, and ones that look like a router's. */
export function aliasesOf(schema: GraphQLSchema): string[] {
  const names = new Set([
    'x',
    'y',
    'price__rq0',
    'upc__client0',
    'constructor',
    '__proto__',
    '__typename',
    'name__alias_0',
  ])
  for (const type of Object.values(schema.getTypeMap()))
    if ((isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
      for (const name of Object.keys(type.getFields())) names.add(name)
  return [...names]
}
