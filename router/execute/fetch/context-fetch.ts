import type { FetchNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { conditionIn } from '../../plan/checks/shape.ts'
import type { Path } from '../../plan/client-names.ts'
import { type Data, held, isObject } from '../data.ts'
import type { Step } from '../run.ts'
import { compileEntityFetch } from './entity-fetch.ts'
import { trails } from './places.ts'
import type { Compiling } from './request.ts'
import { meetsCondition } from './rewrites.ts'

/**
 * Compiles an entity fetch with arguments filled from objects further up (@fromContext): one request for the entities
 * below equal values, since a request has one value for each of its variables.
 */
export function compileContextFetch(fetch: FetchNode, path: Path, compiling: Compiling): Step {
  const whole = compileEntityFetch(fetch, path, compiling)
  return async (run) => {
    const groups = new Map<string, Set<number>>()
    trails(run.data, path).forEach((trail, index) => {
      const values = valuesOf(compiling.schema, fetch, trail)
      groups.set(values, (groups.get(values) ?? new Set()).add(index))
    })
    await Promise.all(
      [...groups].map(([values, entities]) => {
        const ready = whole.prepare(run, (entity) => entities.has(entity))
        return ready && whole.send(run, ready, values)
      }),
    )
  }
}

/** The contextual arguments of one entity, as the inside of a JSON object. */
function valuesOf(
  schema: GraphQLSchema,
  { contextRewrites = [] }: FetchNode,
  trail: readonly Data[],
): string {
  const values = new Map<string, unknown>()
  for (const { path, renameKeyTo } of contextRewrites) {
    const up = path.filter((step) => step === '..').length
    const value = valueAt(schema, trail[trail.length - 1 - up], path.slice(up))
    // The nearest object that has a value gives it; others are for other types.
    if (value !== undefined && !values.has(renameKeyTo)) values.set(renameKeyTo, value)
  }
  return [...values].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()
}

function valueAt(schema: GraphQLSchema, value: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (Array.isArray(value)) return value.map((one) => valueAt(schema, one, path))
  if (!isObject(value)) return value === null ? null : undefined
  const condition = conditionIn(step)
  if (condition === undefined) return valueAt(schema, held(value, step), rest)
  const typename = value['__typename']
  return typename === undefined || meetsCondition(schema, typename, condition)
    ? valueAt(schema, value, rest)
    : undefined
}
