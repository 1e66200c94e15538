import { hash } from 'node:crypto'
import type { Log } from '@puchi/platform/log'
import type { GraphQLFormattedError } from 'graphql'
import type { Found } from '../../execute/source.ts'
import type { Opened } from './event.ts'
import { type Group, type GroupOptions, type Member, openGroup } from './group.ts'

/** What a subscription is on the present version of the supergraph. */
export type FindAgain = () => Promise<Found | readonly GraphQLFormattedError[]>

export type Groups = {
  /** Lets a member have a subscription's events; returns how it leaves. */
  join(opened: Opened & { again: FindAgain }, member: Member): () => void
  /** Moves every subscription to the present version of the supergraph, after the moves that were asked for before. */
  move(): Promise<void>
}

/** Identical subscriptions of one viewer, and those of everyone where all that is asked is public, are executed once. */
export function createGroups(options: GroupOptions & { log: Log }, sized: (groups: number) => void): Groups {
  const joinable = new Map<string, Group>()
  const all = new Map<Group, FindAgain>()
  let moved: Promise<void> = Promise.resolve()

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
  async function moveOne(group: Group, again: FindAgain): Promise<void> {
    const found = await again()
    if (!all.has(group)) return
    if (!('compiled' in found)) group.fail(found)
    else if (Boolean(found.everyones) === group.everyones) group.move(found)
    else group.leave()
  }
  async function moveAll(): Promise<void> {
    for (const [group, again] of all)
      await moveOne(group, again).catch((error: unknown) => {
        options.log.error({ err: error }, 'a subscription could not be moved')
        group.leave()
      })
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
    move() {
      moved = moved.then(moveAll)
      return moved
    },
  }
}

/**
 * The same for those who get the same: subgraphs may answer each viewer otherwise. Thousands are kept, each as long as
 * its subscription, so they are short.
 */
function keyOf({ found: { text, compiled, variables }, context: { viewer, headers } }: Opened): string {
  const given = Object.entries(variables).sort(([one], [other]) => (one < other ? -1 : 1))
  const { name } = compiled.operation
  return hash('sha256', JSON.stringify([viewer, headers, name?.value, text, given]), 'base64')
}
