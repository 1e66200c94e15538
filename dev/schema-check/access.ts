import { ruleOf } from '@puchi/platform/access/rules'
import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql'
import type { Finding } from './finding.ts'

type LineOf = (coordinate: string) => string

/** What a viewer must be: all of these, each of which is a choice between sets of things to have. */
type Demand = string[][][]

type Guarded = { kind: string; name: { value: string }; directives?: readonly ConstDirectiveNode[] }

const signedIn = 'signed in'

/** The demand of each type and field; none where anybody may. Every coordinate is there. */
function demandsOf(schema: DocumentNode): Map<string, Demand> {
  const demands = new Map<string, Demand>()
  let type = ''
  visit(schema, {
    enter(node) {
      if (/^(Object|Interface|Scalar|Enum)TypeDefinition$/.test(node.kind)) {
        const guarded = node as Guarded
        type = guarded.name.value
        demands.set(type, demandOf(guarded))
      }
      if (node.kind === Kind.FIELD_DEFINITION) demands.set(`${type}.${node.name.value}`, demandOf(node))
    },
  })
  return demands
}

const demandOf = ({ directives = [] }: Pick<Guarded, 'directives'>): Demand =>
  ruleOf(directives).map((demand) => {
    if (demand.kind === 'signed-in') return [[signedIn]]
    const also = demand.kind === 'permissions' ? [signedIn] : []
    return demand.anyOf.map((all) => [...also, ...all])
  })

const meets = (held: Set<string>, demand: Demand): boolean =>
  demand.every((choices) => choices.some((all) => all.every((one) => held.has(one))))

/** Every set of things that a viewer may have, as far as either demand asks for them. */
function viewers(...demands: Demand[]): Set<string>[] {
  const things = [...new Set(demands.flat(3))]
  return Array.from(
    { length: 2 ** things.length },
    (_, bits) => new Set(things.filter((_, place) => bits & (1 << place))),
  )
}

const said = (demand: Demand): string =>
  demand.length === 0
    ? 'anybody'
    : demand
        .map((choices) =>
          choices
            .map((all) => all.filter((one) => all.length === 1 || one !== signedIn).join(' + '))
            .join(' or '),
        )
        .join(', and ')

/**
 * Who may ask for what, where that is not what it was: more may see what they should not, and fewer break an operation.
 * Where visitors alone lose a field that is a warning: an operation does not say whether they send it.
 */
export function accessChanges(
  { before, now }: { before: DocumentNode; now: DocumentNode },
  uses: Map<string, string>[],
  lineOf: LineOf,
): Finding[] {
  const demands = demandsOf(now)
  return [...demandsOf(before)].flatMap(([coordinate, old]) => {
    const fresh = demands.get(coordinate)
    if (!fresh) return [] // it is gone, which is told elsewhere
    const all = viewers(old, fresh)
    const losers = all.filter((held) => meets(held, old) && !meets(held, fresh))
    const more = all.some((held) => !meets(held, old) && meets(held, fresh))
    const known = all.some((held) => held.has(signedIn))
    const isVisitor = (held: Set<string>) => known && !held.has(signedIn)
    const place = lineOf(coordinate)
    const text = `'${coordinate}' was for ${said(old)} and is for ${said(fresh)}`
    const users = uses.flatMap((one) => one.get(coordinate) ?? [])
    return [
      ...(losers.length > 0 ? [narrowed(text, { place, users, visitors: losers.every(isVisitor) })] : []),
      ...(more ? [{ level: 'warning' as const, place, text: `dangerous: others may see it: ${text}` }] : []),
    ]
  })
}

function narrowed(text: string, of: { place: string; users: string[]; visitors: boolean }): Finding {
  const { place, users, visitors } = of
  if (users.length === 0)
    return { level: 'warning', place, text: `breaking, but unused: some may no longer: ${text}` }
  const where = `${text}; used at ${users.join(', ')}`
  if (visitors) return { level: 'warning', place, text: `dangerous: visitors may no longer: ${where}` }
  return { level: 'error', place, text: `breaking: some may no longer: ${where}` }
}
