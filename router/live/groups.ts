import type { GraphQLFormattedError } from 'graphql'
import type { Found } from '../execute/source.ts'
import type { RouterContext } from '../plan/generation.ts'
import { type Group, type GroupOptions, type Member, type Opened, openGroup } from './group.ts'

/** What a subscription is on the present version of the supergraph. */
export type FindAgain = () => Promise<Found<RouterContext> | readonly GraphQLFormattedError[]>

export type Groups = {
  /** Lets a member have a subscription's events; returns how it leaves. */
  join(opened: Opened & { again: FindAgain }, member: Member): () => void
  /** Moves every subscription to the present version of the supergraph. */
  move(): Promise<void>
}

/** Identical subscriptions of one viewer, and those of everyone where all that is asked is public, are executed once. */
export function createGroups(options: GroupOptions, sized: (groups: number) => void): Groups {
  const joinable = new Map<string, Group>()
  const all = new Map<Group, FindAgain>()

  function open({ found, context, again }: Opened & { again: FindAgain }, key: string): Group {
    const group: Group = openGroup({ found, context }, options, () => {
      all.delete(group)
      sized(all.size)
      if (joinable.get(key) === group) joinable.delete(key)
    })
    all.set(group, again)
    sized(all.size)
    joinable.set(key, group)
    return group
  }
  return {
    join(opened, member) {
      const key = keyOf(opened)
      const known = joinable.get(key)
      const group = known?.open() ? known : open(opened, key)
      group.join(member)
      return () => {
        if (group.members.delete(member) && group.members.size === 0) group.close()
      }
    },
    async move() {
      for (const [group, again] of all) {
        const found = await again()
        if (!all.has(group)) continue
        if (!('compiled' in found)) group.fail(found)
        else if (Boolean(found.everyones) === group.everyones) group.move(found)
        else group.leave()
      }
    },
  }
}

/** The same for those who get the same: subgraphs may answer each viewer otherwise. */
function keyOf({ found: { text, compiled, variables }, context: { viewer, authorization } }: Opened): string {
  const given = Object.entries(variables).sort(([one], [other]) => (one < other ? -1 : 1))
  const { name } = compiled.operation
  return JSON.stringify([viewer, authorization, name?.value, text, given])
}
