import type { LimitSettings } from '../../settings/limits.ts'
import { exceeded } from './exceeded.ts'

/** Levels of a client's JSON that may be walked by a function which calls itself. */
export const deepest = 50

/** Refuses variables that are too long as JSON, where the body leaves room for that, or too deep to recurse on. */
export function judgeVariables(
  variables: Readonly<Record<string, unknown>>,
  bytes: number,
  settings: LimitSettings,
): void {
  if (tooDeep(variables, deepest)) throw exceeded('variables', settings.variables)
  if (bytes > settings.variables && Buffer.byteLength(JSON.stringify(variables)) > settings.variables)
    throw exceeded('variables', settings.variables)
}

/** Whether a value of JSON has more levels than are left. */
export function tooDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left === 0 || Object.values(value).some((inner) => tooDeep(inner, left - 1))
}
