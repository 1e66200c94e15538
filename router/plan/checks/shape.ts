import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  print,
  type ValueNode,
} from 'graphql'

/** What will be known about an object of one type: each key, the call that fills it, and what is below. */
export type Known = Map<string, { call: string; below?: Shape }>

/** The types an object at some place may have, and what will be known about it then. */
export type Shape = Map<string, Known>

// The planner fills these by itself (@fromContext); no client asked for them.
const isContextual = ({ value }: ArgumentNode): boolean =>
  value.kind === Kind.VARIABLE && value.name.value.startsWith('contextualArgument_')

/** A field with its arguments, as text that is equal for equal calls. */
export function callOf({ name, arguments: given = [] }: FieldNode): string {
  const own = given.filter((one) => !isContextual(one)).map((one) => `${one.name.value}:${plain(one.value)}`)
  return own.length ? `${name.value}(${own.sort().join()})` : name.value
}

// The planner writes values in its own way: the ID "1" as 1, 1.50 as 1.5, a list's only item with its brackets, and in a
// scalar of one's own A as "A".
function plain(value: ValueNode): string {
  switch (value.kind) {
    case Kind.STRING:
      return /^-?(0|[1-9]\d*)$/.test(value.value) ? value.value : JSON.stringify(value.value)
    case Kind.ENUM:
      return JSON.stringify(value.value)
    case Kind.INT:
      return value.value
    case Kind.FLOAT:
      return String(Number(value.value))
    case Kind.LIST:
      return value.values.length === 1 && value.values[0]
        ? plain(value.values[0])
        : `[${value.values.map(plain).join()}]`
    case Kind.OBJECT:
      return `{${value.fields
        .map((one) => `${one.name.value}:${plain(one.value)}`)
        .sort()
        .join()}}`
    default:
      return print(value)
  }
}

/** Whether an object of a type meets a type condition in a schema; an interface object's type is an interface. */
export function meets(schema: GraphQLSchema, type: string, condition: string): boolean {
  if (type === condition) return true
  const abstract = schema.getType(condition)
  const concrete = schema.getType(type)
  return (
    isAbstractType(abstract) &&
    (isObjectType(concrete) || isInterfaceType(concrete)) &&
    schema.isSubType(abstract, concrete)
  )
}

/** The type condition that a step of a rewrite's path is, `... on Book`; undefined where it is a key. */
export const conditionIn = (step: string): string | undefined =>
  step.startsWith('... on ') ? step.slice('... on '.length) : undefined

/** Adds to what is known; a key that two different calls fill is remembered as neither. */
export function learn(known: Known, key: string, call: string, below?: Shape): void {
  const before = known.get(key)
  if (!before) known.set(key, below ? { call, below } : { call })
  else {
    if (before.call !== call) before.call = key === '__typename' ? call : `${before.call} or ${call}`
    if (before.below && below) mergeShapes(before.below, below)
  }
}

/** Adds another answer about an object of a type, whose name it keeps once it is known (merge.ts of execute/). */
export function learnAll(known: Known, type: string, answer: Known): void {
  for (const [key, { call, below }] of answer)
    if (key !== '__typename' || known.get(key)?.call !== type) learn(known, key, call, below)
}

/** Both describe the same object, so its type is one that both know. */
function mergeShapes(into: Shape, from: Shape): void {
  for (const [type, known] of into) {
    const more = from.get(type)
    if (!more) into.delete(type)
    else learnAll(known, type, more)
  }
}
