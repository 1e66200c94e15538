import { getNamedType, isInputObjectType, Kind, type ValueNode } from 'graphql'
import type { Input, Prices } from './prices.ts'

/** The value of a variable. */
export type Read = (name: string) => unknown

/** The value that a document gives; undefined where that is a variable without one. */
export function given(node: ValueNode, read: Read): unknown {
  switch (node.kind) {
    case Kind.VARIABLE:
      return read(node.name.value)
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.NULL:
      return null
    case Kind.LIST:
      return node.values.map((one) => given(one, read))
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, given(value, read)]))
    default:
      return node.value
  }
}

/** What a value costs where it is given: each input object a point, and what @cost says of what it holds. */
export function inputCoster(prices: Prices): (input: Input, value: unknown) => number {
  // A variable may be given in as many places as there are fields: its value is walked once.
  const known = new Map<Input, Map<unknown, number>>()

  function ofInput(input: Input, value: unknown): number {
    if (value === undefined) return 0
    const costs = known.get(input) ?? new Map<unknown, number>()
    known.set(input, costs)
    const cost = costs.get(value) ?? (prices.own(input) ?? 0) + ofValue(input, value)
    if (typeof value === 'object') costs.set(value, cost)
    return cost
  }
  function ofValue(input: Input, value: unknown): number {
    if (value === null) return 0
    if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + ofValue(input, one), 0)
    const type = getNamedType(input.type)
    // As at fields, what is said of one input counts instead of what its type costs.
    let sum = prices.own(input) === undefined ? prices.type(type) : 0
    if (!isInputObjectType(type) || typeof value !== 'object') return sum
    const fields = type.getFields()
    for (const [name, inner] of Object.entries(value as object)) {
      const field = fields[name]
      if (field) sum += ofInput(field, inner)
    }
    return sum
  }
  return ofInput
}
