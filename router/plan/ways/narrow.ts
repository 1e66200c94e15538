import {
  doTypesOverlap,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { meets } from '../checks/shape.ts'
import { typename } from '../nodes.ts'
import { fragment } from './explode.ts'
import type { Lift } from './lift.ts'

/**
 * Takes out each fragment on another interface or a union where the object is declared as one that some subgraph sees as an
 * interface object: from there the planner finds no way into such a fragment, or walks in a circle. Where every
 * object is in it anyway its selections stand alone, else they are asked for type by type.
 */
export function createNarrow(schema: GraphQLSchema, interfaceObjects: ReadonlySet<string>): Lift {
  return (operation) => {
    const root = schema.getRootType(operation.operation)
    if (!root || !interfaceObjects.size) return operation
    return { ...operation, selectionSet: inside(operation.selectionSet, root.name) }
  }

  function inside(set: SelectionSetNode, type: string): SelectionSetNode {
    const selections = set.selections.flatMap((one) => narrowed(one, type))
    return { ...set, selections: selections.length ? selections : [typename] }
  }
  function narrowed(one: SelectionNode, type: string): SelectionNode[] {
    if (one.kind === Kind.FRAGMENT_SPREAD) return [one]
    if (one.kind === Kind.FIELD) return [below(one, type)]
    const condition = one.typeCondition?.name.value ?? type
    // It stood in a fragment taken out, and is for others of that interface.
    if (!overlap(type, condition)) return []
    if (!interfaceObjects.has(type) || type === condition || !isAbstractType(schema.getType(condition)))
      return [{ ...one, selectionSet: inside(one.selectionSet, condition) }]
    if (meets(schema, type, condition)) return [...inside(one.selectionSet, type).selections]
    return common(type, condition).map((name) => fragment(name, inside(one.selectionSet, name).selections))
  }
  function below(field: FieldNode, type: string): FieldNode {
    const parent = schema.getType(type)
    const definition = parent && 'getFields' in parent ? parent.getFields()[field.name.value] : undefined
    if (!field.selectionSet || !definition) return field
    return { ...field, selectionSet: inside(field.selectionSet, getNamedType(definition.type).name) }
  }
  function overlap(type: string, condition: string): boolean {
    const [one, other] = [schema.getType(type), schema.getType(condition)]
    return !isCompositeType(one) || !isCompositeType(other) || doTypesOverlap(schema, one, other)
  }
  /** The object types that are of both. */
  function common(type: string, condition: string): string[] {
    const declared = schema.getType(type)
    const types = isAbstractType(declared) ? schema.getPossibleTypes(declared) : []
    return types.flatMap(({ name }) => (meets(schema, name, condition) ? name : []))
  }
}
