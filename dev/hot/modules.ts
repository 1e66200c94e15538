import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { root } from '../subgraphs.ts'

const base = `${pathToFileURL(root).href}/`
const freshness = new Map<string, number>()

/** The room of a file that can be loaded anew while everything runs: `router`, `platform`, `subgraphs/user` … */
export const roomOf = (path: string): string | undefined =>
  /^(?:router|platform|schema|subgraphs\/[\w-]+)(?=\/)/.exec(path)?.[0]

/** From now on an import of a file of these rooms reads it again. */
export function freshen(rooms: readonly string[]): void {
  for (const room of rooms) freshness.set(room, (freshness.get(room) ?? 0) + 1)
}

/** Lets `freshen` work: Node keeps a module for ever under its address, so each version gets another. */
export function loadFreshly(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const path = found.url.startsWith(base) ? found.url.slice(base.length) : ''
      const version = path.includes('node_modules/') ? undefined : freshness.get(roomOf(path) ?? '')
      return version ? { ...found, url: `${found.url}?version=${version}` } : found
    },
  })
}
