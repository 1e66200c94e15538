import { Refusal } from '../errors.ts'
import type { Viewer } from '../identity/viewer.ts'

/** One demand on whoever asks; lists are "any of these sets, of a set all". */
export type Demand =
  | { kind: 'signed-in' }
  | { kind: 'permissions'; anyOf: readonly (readonly string[])[] }
  | { kind: 'policies'; anyOf: readonly (readonly string[])[] }

/** What a field demands: all of these. */
export type Rule = readonly Demand[]

export type Denial = 'UNAUTHENTICATED' | 'FORBIDDEN'

// What a name in @policy means. A name that is not here is met by nobody.
const policies: Record<string, (viewer: Viewer) => boolean> = {
  active: ({ status }) => status === 'ACTIVE',
}

/** The one decision of who may see a field: null lets the viewer pass. */
export function denied(rule: Rule, viewer: Viewer | null): Denial | null {
  if (rule.length === 0) return null
  if (!viewer) return 'UNAUTHENTICATED'
  return rule.every((demand) => meets(demand, viewer)) ? null : 'FORBIDDEN'
}

function meets(demand: Demand, viewer: Viewer): boolean {
  if (demand.kind === 'signed-in') return true
  const holds =
    demand.kind === 'permissions'
      ? (name: string) => viewer.permissions.includes(name)
      : (name: string) => Object.hasOwn(policies, name) && policies[name]?.(viewer) === true
  return demand.anyOf.some((all) => all.every(holds))
}

/** The refusal a client gets for a denied field. */
export const refusalOf = (denial: Denial, coordinate: string): Refusal =>
  denial === 'UNAUTHENTICATED'
    ? new Refusal(denial, `Sign in to use ${coordinate}.`)
    : new Refusal(denial, `You may not use ${coordinate}.`)
