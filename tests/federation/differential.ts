import { isDeepStrictEqual } from 'node:util'
import { execute as executeMonolith, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql'
import { compileOperation } from '../../router/execute/compile/operation.ts'
import { execute, executeToJson } from '../../router/execute/execute.ts'
import { createPlanning, type Planning } from '../../router/plan/planning.ts'
import { nobody } from '../harness/nobody.ts'
import type { Operation } from './query.ts'
import { monolith, type Running, run, type World } from './world.ts'

type Answer = {
  data?: unknown
  errors?: readonly {
    message: string
    path?: readonly (string | number)[]
    extensions?: Record<string, unknown>
  }[]
}

export type Outcome =
  | { kind: 'right' }
  | { kind: 'refused'; message: string }
  | { kind: 'wrong'; want: Answer; got: Answer }

export type Arena = Running & { planning: Planning; oracle: GraphQLSchema }

/** A world with a router over its subgraphs, and its oracle. */
export function arena(world: World): Arena {
  const running = run(world)
  const planning = createPlanning(running.supergraphSdl)
  return { ...running, planning, oracle: monolith(world, planning.schema) }
}

export const isValid = ({ oracle }: Arena, { query }: Operation): boolean =>
  !validate(oracle, parse(query)).length

const plain = (value: unknown): Answer => JSON.parse(JSON.stringify(value))

/** Asks both and compares, key order included. */
export async function compare(arena: Arena, { query, variables }: Operation): Promise<Outcome> {
  const document = parse(query)
  const want = plain(await executeMonolith({ schema: arena.oracle, document, variableValues: variables }))
  let got: Answer
  try {
    const compiled = compileOperation(arena.planning, document)
    const execution = { variables, fetch: arena.fetch, context: nobody }
    got = plain(await execute(compiled, execution))
    const { text } = await executeToJson(compiled, execution)
    // A search for a plan that ended only in time the first time.
    if (text.includes('UNRESOLVABLE_FIELD')) got = JSON.parse(text)
    if (!isDeepStrictEqual(JSON.parse(text), got)) return { kind: 'wrong', want: got, got: JSON.parse(text) }
  } catch (error) {
    got = {
      errors: [
        { message: String((error as Error).message), extensions: { ...(error as GraphQLError).extensions } },
      ],
    }
  }
  const refusal = got.errors?.find(({ extensions }) => extensions?.['code'] === 'UNRESOLVABLE_FIELD')
  if (refusal) return { kind: 'refused', message: refusal.message }
  const same =
    JSON.stringify(got.data) === JSON.stringify(want.data) &&
    errorsAgree(want, got, arena.world.failing ?? false)
  return same ? { kind: 'right' } : { kind: 'wrong', want, got }
}

const at = (data: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key],
    data,
  )

/** Every error of the oracle has its like: same message and path, or both inside a part that is null as a whole. */
function errorsAgree(want: Answer, got: Answer, failing: boolean): boolean {
  const errors = got.errors ?? []
  if (!failing) return !errors.length
  // What a requirement needed and could not get belongs to no field of the client's.
  const extra = (path: readonly (string | number)[] = []): boolean =>
    at(want.data, path) === undefined || typeof at(want.data, path) === 'object'
  if (!want.errors?.length)
    return errors.every(({ path }) => path && at(want.data, path) !== null && extra(path))
  return want.errors.every(({ message, path = [] }) => {
    const nulled = path.findIndex((_, index) => at(want.data, path.slice(0, index)) === null)
    const start = nulled < 0 ? path : path.slice(0, nulled)
    return errors.some((one) =>
      nulled < 0
        ? one.message === message && isDeepStrictEqual(one.path, path)
        : isDeepStrictEqual(one.path?.slice(0, start.length), start),
    )
  })
}
