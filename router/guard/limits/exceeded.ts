import { Refusal } from '@puchi/platform/errors'
import type { LimitSettings } from '../../settings/limits.ts'

export type Limit = keyof LimitSettings

const nouns: Partial<Record<Limit, string>> = {
  variables: 'bytes of variables',
  depth: 'levels of fields',
  introspection: 'levels of introspection',
  rootFields: 'root fields',
  fragments: 'fragment spreads',
  cost: 'points of cost',
  page: 'and at least 0 objects a page',
}

/** The refusal of whatever exceeds a limit. */
export const exceeded = (limit: Limit, most: number): Refusal =>
  new Refusal('LIMIT_EXCEEDED', `At most ${most} ${nouns[limit] ?? limit} are allowed.`, { limit })

/** Refuses a number above its limit. */
export function demand(settings: LimitSettings, limit: Limit, found: number): void {
  // What is no number, as infinity times nothing, is no number below it either.
  if (!(found <= settings[limit])) throw exceeded(limit, settings[limit])
}
