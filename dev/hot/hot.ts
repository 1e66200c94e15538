import { writeFileSync } from 'node:fs'
import { writeResolverTypes } from '../codegen.ts'
import { compose } from '../compose.ts'
import { type Services, supergraphFile } from '../services.ts'
import { root, subgraphs } from '../subgraphs.ts'
import { type Reload, reloadFor } from './change.ts'
import { freshen, loadFreshly } from './modules.ts'
import { onChange } from './watch.ts'

export type HotOptions = {
  services: Pick<Services, 'restart'>
  say(what: string): void
  /** Starts everything again. */
  again(): void
}

/**
 * Takes up what changes while everything runs: code and schema of a subgraph, and with it the supergraph, without the
 * router's sockets noticing; the router and what all stand on; anything else by another start. Returns how to stop.
 */
export function takeUpChanges({ services, say, again }: HotOptions): () => Promise<void> {
  loadFreshly()
  let last = Promise.resolve()
  async function takeUp(paths: string[]): Promise<void> {
    const reload = reloadFor(
      paths,
      subgraphs().map(({ name }) => name),
    )
    if (reload.whole !== undefined) {
      say(`${reload.whole} changed: everything starts again.`)
      return again()
    }
    if (reload.parts.length > 0) await takeUpParts(reload)
    if (reload.operations || reload.schemas.length > 0) await writeClientAnew(reload.operations)
  }
  async function takeUpParts({ schemas, rooms, parts }: Reload): Promise<void> {
    const began = performance.now()
    const supergraph = schemas.length > 0 ? compose(subgraphs()) : undefined
    freshen(rooms)
    for (const part of parts) await services.restart(part)
    // Only now, so that nobody is asked for fields that it does not have yet. The router swaps to it by itself.
    if (supergraph !== undefined) writeFileSync(supergraphFile, supergraph)
    const took = `${((performance.now() - began) / 1_000).toFixed(1)} s`
    say(`${[...parts, ...(supergraph ? ['the supergraph'] : [])].join(', ')}: taken up in ${took}.`)
    for (const name of schemas) await writeResolverTypes(name)
  }
  async function writeClientAnew(isAsked: boolean): Promise<void> {
    // Loaded when it is needed: few starts need it.
    const { writeClient } = await import('../client.ts')
    try {
      const written = await writeClient()
      if (written.length > 0) say(`schema/client: ${written.join(', ')} written anew.`)
      else if (isAsked) say('schema/client: already as the operations say.')
    } catch (error) {
      say(`schema/client stays as it was: ${(error as Error).message}`)
    }
  }
  const stop = onChange((paths) => {
    last = last.then(() =>
      takeUp(paths).catch((error: Error) => say(`Not taken up, what ran before goes on: ${told(error)}`)),
    )
  })
  return async () => {
    stop()
    await last
  }
}

/** A fault of code says where. */
const told = ({ message, stack = '' }: Error): string => {
  const place = /file:\/\/\S+?\.ts(?:\?version=\d+)?:\d+/.exec(stack)?.[0]
  const path = place?.replace(`file://${root}/`, '').replace(/\?version=\d+/, '')
  return path && !message.includes(path) ? `${message} (${path})` : message
}
