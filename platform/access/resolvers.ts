import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql'
import type { Viewer } from '../identity/viewer.ts'
import { denied, type Rule, refusalOf } from './access.ts'
import type { AccessRules } from './rules.ts'

/** Told of every field that a signed-in viewer was denied. */
export type OnDenied = (viewer: Viewer, coordinate: string) => void

/** Puts the decision before the resolver of every field that has a rule: a refused field runs none, and nobody subscribes to it. */
export function guardResolvers(
  schema: GraphQLSchema,
  rules: AccessRules,
  onDenied: OnDenied = () => {},
): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`
      const rule = rules.get(coordinate)
      if (rule) guard(field, { coordinate, rule, onDenied })
    }
  }
}

type Guard = { coordinate: string; rule: Rule; onDenied: OnDenied }

function guard(
  field: GraphQLField<unknown, { viewer: Viewer | null }>,
  { coordinate, rule, onDenied }: Guard,
): void {
  const decide = (viewer: Viewer | null): void => {
    const denial = denied(rule, viewer)
    if (!denial) return
    if (viewer) onDenied(viewer, coordinate)
    throw refusalOf(denial, coordinate)
  }
  const { resolve = defaultFieldResolver, subscribe } = field
  field.resolve = (source, args, context, info) => {
    decide(context.viewer)
    return resolve(source, args, context, info)
  }
  if (!subscribe) return
  field.subscribe = (source, args, context, info) => {
    decide(context.viewer)
    return subscribe(source, args, context, info)
  }
}
