import { GraphQLError } from 'graphql'
import type { Path } from '../../plan/client-names.ts'
import type { Run } from '../run.ts'
import type { SubgraphError } from '../subgraph.ts'
import { certain } from './places.ts'

/** A fetch as its errors see it. */
export type Origin = {
  subgraph: string
  path: Path
  /** A path in the client's keys. */
  outer(path: Path): Path
}

/** Adds a subgraph's errors to a run, in the form Apollo's executor gives them. */
export function addErrors(
  run: Run,
  { subgraph, path, outer }: Origin,
  errors: readonly SubgraphError[],
  placesOf?: (entity: number) => readonly Path[],
): void {
  for (const error of errors) {
    const extensions = { code: 'DOWNSTREAM_SERVICE_ERROR', ...error.extensions, serviceName: subgraph }
    const message = error.message || `Error while fetching subquery from service "${subgraph}"`
    for (const place of placesOfError(error, path, placesOf))
      run.errors.push(new GraphQLError(message, { ...(place && { path: outer(place) }), extensions }))
  }
}

/** Where an error belongs: one place, or every place that shares the entity it is about. */
function placesOfError(
  { path }: SubgraphError,
  base: Path,
  placesOf: ((entity: number) => readonly Path[]) | undefined,
): (Path | undefined)[] {
  if (!path) return [undefined]
  const entity = path[1]
  if (!placesOf) return [[...base, ...path]]
  if (typeof entity !== 'number') return [certain(base)]
  const places = placesOf(entity)
  return places.length ? places.map((place) => [...place, ...path.slice(2)]) : [path.slice(2)]
}

/** Adds the error of a fetch that had no answer, on each of the fields it was for. */
export function addFailure(run: Run, { path, outer }: Origin, keys: readonly string[], cause: unknown): void {
  const at = certain(path)
  const message = cause instanceof Error ? cause.message : String(cause)
  const options =
    cause instanceof GraphQLError
      ? { extensions: cause.extensions, originalError: cause.originalError ?? null }
      : { originalError: cause instanceof Error ? cause : null }
  for (const key of keys.length ? keys : [undefined]) {
    const place = key === undefined ? at : [...at, key]
    run.errors.push(new GraphQLError(message, { ...options, ...(place.length && { path: outer(place) }) }))
  }
}
