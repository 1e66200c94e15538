import { Refusal } from '@puchi/platform/errors'
import { fragmentsOf } from '@puchi/platform/graphql/fragments'
import {
  type DocumentNode,
  type GraphQLSchema,
  getIntrospectionQuery,
  Kind,
  type OperationDefinitionNode,
  parse,
  valueFromASTUntyped,
} from 'graphql'
import type { LimitSettings } from '../../settings/limits.ts'
import { coster, type Pricing } from './coster.ts'
import { demand } from './exceeded.ts'
import { pricesOf } from './prices.ts'

const everything = {
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
}

type Variables = Readonly<Record<string, unknown>>

/**
 * Judges what an operation costs before anything is planned: each object a point, @cost's weight instead where the SDL
 * gives one, times the length of every list around it; and what its arguments cost.
 */
export function costJudge(schema: GraphQLSchema, settings: LimitSettings) {
  const prices = pricesOf(schema)
  const demandIntrospection = introspectionJudge(schema, { prices, settings })
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
      demand(settings, 'cost', base + cost.of(operation.selectionSet, root.name))
      demandIntrospection(cost.introspected())
      settled = reads === 0
    }
  }
}

/** Refuses introspection that comes to more than twice the whole schema, as aliases make it. */
function introspectionJudge(schema: GraphQLSchema, pricing: Pick<Pricing, 'prices' | 'settings'>) {
  let most: number | undefined
  return (cost: number): void => {
    if (cost === 0) return
    most ??= 2 * costOfWhole(schema, pricing)
    if (cost > most)
      throw new Refusal('LIMIT_EXCEEDED', 'Introspection may ask for the whole schema at most twice.', {
        limit: 'introspection',
      })
  }
}

function costOfWhole(schema: GraphQLSchema, pricing: Pick<Pricing, 'prices' | 'settings'>): number {
  const document = parse(getIntrospectionQuery(everything))
  const cost = coster(fragmentsOf(document), { ...pricing, schema, read: () => undefined })
  const [query] = document.definitions
  if (query?.kind === Kind.OPERATION_DEFINITION) cost.of(query.selectionSet, '')
  return cost.introspected()
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const values = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
  )
  return Object.fromEntries(values)
}
