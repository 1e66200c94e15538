import type { Path } from '../../plan/client-names.ts'
import { type Data, isObject } from '../data.ts'

/** Finds the objects at a plan's path (`['board', '@', 'user']`); nulls on the way are passed over. */
export function gather(data: unknown, path: Path, into: Data[], at = 0): void {
  if (!isObject(data)) return
  const step = path[at]
  if (step === undefined) {
    if (Array.isArray(data)) for (const one of data) gather(one, path, into, at)
    else into.push(data)
  } else if (step !== '@') gather(data[step], path, into, at + 1)
  else if (Array.isArray(data)) for (const one of data) gather(one, path, into, at + 1)
}

/** The same objects in the same order, each with its own path, for errors. */
export function placed(data: unknown, path: Path, at = 0, before: Path = []): { path: Path; object: Data }[] {
  if (!isObject(data)) return []
  const step = path[at]
  if (Array.isArray(data) && (step === '@' || step === undefined))
    return data.flatMap((one, index) => placed(one, path, step === '@' ? at + 1 : at, [...before, index]))
  if (step === '@') return []
  return step === undefined
    ? [{ path: before, object: data }]
    : placed(data[step], path, at + 1, [...before, step])
}

/** The same objects once more, each with the objects above it: from the root down to itself. */
export function trails(data: unknown, path: Path, at = 0, above: readonly Data[] = []): (readonly Data[])[] {
  if (!isObject(data)) return []
  const step = path[at]
  if (Array.isArray(data)) return data.flatMap((one) => trails(one, path, step === '@' ? at + 1 : at, above))
  if (step === '@') return []
  const trail = [...above, data]
  return step === undefined ? [trail] : trails(data[step], path, at + 1, trail)
}

/** The part of a plan's path that is one place in the answer: up to the first list. */
export const certain = (path: Path): Path => {
  const list = path.indexOf('@')
  return list < 0 ? path : path.slice(0, list)
}
