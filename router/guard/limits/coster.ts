import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import type { LimitSettings } from '../../settings/limits.ts'
import { given, inputCoster, type Read } from './inputs.ts'
import type { Prices } from './prices.ts'
import { type Sized, sizeOf } from './sizes.ts'

const introspecting = new Map([
  ['__schema', '__Schema'],
  ['__type', '__Type'],
])
export type Pricing = { schema: GraphQLSchema; prices: Prices; settings: LimitSettings; read: Read }

/** Adds up what the selections of one operation cost. */
export function coster(fragments: ReadonlyMap<string, FragmentDefinitionNode>, pricing: Pricing) {
  const { schema, prices, settings, read } = pricing
  const known = new Map<string, number>()
  const ofInput = inputCoster(prices)
  let introspected = 0

  function ofSet(set: SelectionSetNode | undefined, parent: string, sized: Sized): number {
    let sum = 0
    for (const one of set?.selections ?? [])
      if (one.kind === Kind.FIELD) sum += ofField(one, parent, sized)
      else if (one.kind === Kind.INLINE_FRAGMENT)
        sum += ofSet(one.selectionSet, one.typeCondition?.name.value ?? parent, sized)
      else sum += ofFragment(one.name.value, sized)
    return sum
  }
  function ofFragment(name: string, sized: Sized): number {
    const fragment = fragments.get(name)
    if (!fragment) return 0
    const key = `${name} ${sized?.size ?? ''} ${sized?.fields ?? ''}`
    const found = known.get(key) ?? ofSet(fragment.selectionSet, fragment.typeCondition.name.value, sized)
    known.set(key, found)
    return found
  }
  function ofField(node: FieldNode, parent: string, sized: Sized): number {
    const meta = introspecting.get(node.name.value)
    // Of the same fragment, spread twice, nothing is answered twice.
    if (meta) introspected += 1 + ofSet(node.selectionSet, meta, undefined)
    const around = schema.getType(parent)
    const field = around && fieldOf(around, node.name.value)
    if (!field) return 0
    const type = getNamedType(field.type)
    const { weight, inputs, listSize } = prices.of(field, around)
    const { list, asked } = sizeOf(listSize, node, { field, read, settings, sized })
    const inner = isCompositeType(type) ? ofSet(node.selectionSet, type.name, asked) : 0
    let cost = list * (weight + inner)
    for (const { name, value } of node.arguments ?? []) {
      const costs = inputs.get(name.value)?.map((one) => ofInput(one, given(value, read)))
      if (costs) cost += Math.max(...costs)
    }
    // A weight may be negative, but no field makes another one cheaper.
    return Math.max(cost, 0)
  }
  return {
    of: (set: SelectionSetNode, root: string): number => ofSet(set, root, undefined),
    /** What introspection among it costs, which is counted apart. */
    introspected: () => introspected,
  }
}

const fieldOf = (type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined =>
  'getFields' in type ? (type.getFields()[name] as GraphQLField<unknown, unknown>) : undefined
