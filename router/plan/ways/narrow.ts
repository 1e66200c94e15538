import {
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { meets } from '../checks/shape.ts'
import { typename } from '../nodes.ts'
import { fragment } from './explode.ts'
import { type Lift, typeOf } from './lift.ts'

/** An object as a selection set sees it: the type it is declared as, and the object types it may be of. */
type Seen = { type: string; types: readonly string[] }

/**
 * Takes out fragments that the planner does not get on with: those that no object can be in, because of the fragments
 * around them; and, where the object is declared as an interface that some subgraph sees as an interface object, each
 * fragment on another interface or a union: it finds no way into that from there, or walks in a circle. Where every
 * object is in it anyway its selections stand alone, else they are asked for type by type.
 */
export function createNarrow(schema: GraphQLSchema, places: readonly string[]): Lift {
  const interfaceObjects = new Set(places.map(typeOf))
  return (operation) => {
    const root = schema.getRootType(operation.operation)
    return root
      ? { ...operation, selectionSet: inside(operation.selectionSet, declared(root.name)) }
      : operation
  }

  function declared(type: string): Seen {
    const abstract = schema.getType(type)
    const types = isAbstractType(abstract)
      ? schema.getPossibleTypes(abstract).map(({ name }) => name)
      : [type]
    return { type, types }
  }
  function inside(set: SelectionSetNode, seen: Seen): SelectionSetNode {
    const selections = set.selections.flatMap((one) => narrowed(one, seen))
    return { ...set, selections: selections.length ? selections : [typename] }
  }
  function narrowed(one: SelectionNode, seen: Seen): SelectionNode[] {
    if (one.kind === Kind.FRAGMENT_SPREAD) return [one]
    if (one.kind === Kind.FIELD) return [below(one, seen.type)]
    const condition = one.typeCondition?.name.value ?? seen.type
    const types = seen.types.filter((type) => meets(schema, type, condition))
    if (!types.length) return []
    if (!isAcross(seen.type, condition))
      return [{ ...one, selectionSet: inside(one.selectionSet, { type: condition, types }) }]
    if (meets(schema, seen.type, condition)) return [...inside(one.selectionSet, seen).selections]
    return types.map((type) => fragment(type, inside(one.selectionSet, declared(type)).selections))
  }
  /** Whether a fragment leads from what may be an interface object to something else that is abstract. */
  function isAcross(type: string, condition: string): boolean {
    return interfaceObjects.has(type) && type !== condition && isAbstractType(schema.getType(condition))
  }
  function below(field: FieldNode, type: string): FieldNode {
    const parent = schema.getType(type)
    const definition = parent && 'getFields' in parent ? parent.getFields()[field.name.value] : undefined
    if (!field.selectionSet || !definition) return field
    return {
      ...field,
      selectionSet: inside(field.selectionSet, declared(getNamedType(definition.type).name)),
    }
  }
}
