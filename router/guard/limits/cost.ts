import { fragmentsOf } from '@puchi/platform/graphql/fragments'
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { demand } from './exceeded.ts'
import { given, inputCoster, type Read } from './inputs.ts'
import { type Prices, pricesOf } from './prices.ts'
import type { LimitSettings } from './settings.ts'
import { type Sized, sizeOf } from './sizes.ts'

type Variables = Readonly<Record<string, unknown>>

type Pricing = { schema: GraphQLSchema; prices: Prices; settings: LimitSettings; read: Read }

/**
 * Judges what an operation costs before anything is planned: each object a point, @cost's weight instead where the SDL
 * gives one, times the length of every list around it; and what its arguments cost.
 */
export function costJudge(schema: GraphQLSchema, settings: LimitSettings) {
  const prices = pricesOf(schema)
  return (document: DocumentNode, operation: OperationDefinitionNode) => {
    const fragments = fragmentsOf(document)
    const defaults = defaultsOf(operation)
    const root = schema.getRootType(operation.operation)
    let settled = false
    return (variables: Variables): void => {
      if (settled || !root) return
      let reads = 0
      const read = (name: string) => {
        reads += 1
        return Object.hasOwn(variables, name) ? variables[name] : defaults[name]
      }
      const cost = coster(fragments, { schema, prices, settings, read })
      const base = operation.operation === 'mutation' ? prices.mutation : 0
      demand(settings, 'cost', base + cost(operation.selectionSet, root.name, undefined))
      settled = reads === 0
    }
  }
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const values = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
  )
  return Object.fromEntries(values)
}

function coster(fragments: ReadonlyMap<string, FragmentDefinitionNode>, pricing: Pricing) {
  const { schema, prices, settings, read } = pricing
  const known = new Map<string, number>()
  const ofInput = inputCoster(prices)

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
  return ofSet
}

const fieldOf = (type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined =>
  'getFields' in type ? (type.getFields()[name] as GraphQLField<unknown, unknown>) : undefined
