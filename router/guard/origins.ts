import type { IncomingMessage } from 'node:http'

/** Whether a page of a foreign origin makes a browser send this. */
export type IsForeign = (request: Pick<IncomingMessage, 'headers'>) => boolean

/** Tells foreign pages from those of the listed origins, and of the router itself, as GraphiQL is. */
export function foreignTo(origins: readonly string[]): IsForeign {
  const allowed = new Set(origins)
  return ({ headers: { origin, host, 'sec-fetch-site': site } }) => {
    // A page that asks blindly, for what it may not read (`no-cors`), sends no origin; browsers say so much all the same.
    if (origin === undefined) return site === 'cross-site' || site === 'same-site'
    return !allowed.has(origin) && URL.parse(origin)?.host !== host
  }
}
