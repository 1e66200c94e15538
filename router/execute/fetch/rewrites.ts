import type { FetchDataRewrite } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { conditionIn, meets } from '../../plan/checks/shape.ts'
import { isObject } from '../data.ts'

/** Whether an object's __typename meets a type condition. */
export const meetsCondition = (schema: GraphQLSchema, typename: unknown, condition: string): boolean =>
  typeof typename === 'string' && meets(schema, typename, condition)

/** Applies the planner's rewrites. Unlike Apollo's own, a renamed key keeps null, 0, false and "". */
export function applyRewrites(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
  value: unknown,
): void {
  for (const rewrite of rewrites ?? []) rewriteAt(schema, rewrite, rewrite.path, value)
}

function rewriteAt(schema: GraphQLSchema, rewrite: FetchDataRewrite, path: string[], value: unknown): void {
  if (Array.isArray(value)) {
    for (const one of value) rewriteAt(schema, rewrite, path, one)
    return
  }
  const [step, ...rest] = path
  if (step === undefined || !isObject(value)) return
  if (rest.length) {
    const condition = conditionIn(step)
    if (condition === undefined) rewriteAt(schema, rewrite, rest, value[step])
    else if (!value['__typename'] || meetsCondition(schema, value['__typename'], condition))
      rewriteAt(schema, rewrite, rest, value)
  } else if (rewrite.kind === 'ValueSetter') value[step] = rewrite.setValueTo
  else if (value[step] !== undefined) {
    value[rewrite.renameKeyTo] = value[step]
    delete value[step]
  }
}
