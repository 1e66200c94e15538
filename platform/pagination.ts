import { badInput } from './errors.ts'
import { storable } from './text.ts'

/** A part of a list as a client asks for it. */
export type PageArgs = { first?: number | null | undefined; after?: string | null | undefined }

/** The part that storage reads: `after` is the place in the list, null: its beginning. */
export type Page = { first: number; after: readonly string[] | null }

/** Some of a list in its order, each with its place, and whether more follows. */
export type Part<T> = { items: { node: T; place: readonly string[] }[]; hasNext: boolean }

const most = 100

/** Opaque to clients; names the list, so that it leads nowhere in another one. */
export const cursorOf = (list: string, place: readonly string[]): string =>
  Buffer.from(JSON.stringify([list, ...place])).toString('base64url')

/** What the words of a list's places are: a moment, a number, or any short text. Clients can write what they like. */
export type Word = (text: string) => boolean
export const moment: Word = (text) =>
  text.length === 24 && Date.parse(text) >= 0 && new Date(text).toISOString() === text
export const number: Word = (text) => /^\d{1,9}$/.test(text)
export const word: Word = (text) => text.length <= 128 && storable(text)

function placeIn(list: string, words: readonly Word[], cursor: string): readonly string[] | null {
  try {
    const [name, ...place]: unknown[] = JSON.parse(
      Buffer.from(cursor.slice(0, 2_000), 'base64url').toString(),
    )
    const fit = words.every((fits, i) => typeof place[i] === 'string' && fits(place[i]))
    return fit && name === list && place.length === words.length ? (place as string[]) : null
  } catch {
    return null
  }
}

/**
 * The checked part of a list whose places have such words. Throws BAD_USER_INPUT unless first is 0 to 100 and after
 * is a cursor of this very list.
 */
export function pageOf(list: string, { first, after }: PageArgs, words: readonly Word[]): Page {
  const count = first ?? 20
  if (count < 0 || count > most) throw badInput({ field: 'first', message: `must be 0 to ${most}` })
  if (after === null || after === undefined) return { first: count, after: null }
  const place = placeIn(list, words, after)
  if (!place) throw badInput({ field: 'after', message: 'must be a cursor of this list' })
  return { first: count, after: place }
}

export type Connection<T> = {
  edges: { cursor: string; node: T }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}

/** A part as Relay wants it: https://relay.dev/graphql/connections.htm */
export function connectionOf<T, U>(
  list: string,
  page: Page,
  part: Part<T>,
  show: (node: T) => U,
): Connection<U> {
  const edges = part.items.map(({ node, place }) => ({ cursor: cursorOf(list, place), node: show(node) }))
  return {
    edges,
    pageInfo: {
      hasNextPage: part.hasNext,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** Rows read with one more than asked for: the surplus says that more follows. */
export function partOf<R, T>(
  rows: readonly R[],
  { first }: Page,
  item: (row: R) => Part<T>['items'][number],
): Part<T> {
  return { items: rows.slice(0, first).map(item), hasNext: rows.length > first }
}

/** The place to read on from, as parameters. The beginning is a place before everything: `-infinity` or `infinity`. */
export const placeOr = (page: Page, beginning: readonly string[]): readonly string[] =>
  page.after ?? beginning
