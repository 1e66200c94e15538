import {
  type CompositeType,
  type FieldDefinition,
  isCompositeType,
  type Schema,
} from '@apollo/federation-internals'
import type { FieldNode, InlineFragmentNode } from 'graphql'

/** The type that an inline fragment narrows another to; undefined where the schema has none of that name. */
export function narrowed(
  schema: Schema,
  type: CompositeType,
  { typeCondition }: InlineFragmentNode,
): CompositeType | undefined {
  if (!typeCondition) return type
  const found = schema.type(typeCondition.name.value)
  return found && isCompositeType(found) ? found : undefined
}

/** The field of a type that a node asks for; undefined where the type has none of that name. */
export const fieldOf = (
  type: CompositeType,
  { name }: FieldNode,
): FieldDefinition<CompositeType> | undefined =>
  type.kind === 'UnionType' ? undefined : type.field(name.value)
