import { badInput } from './errors.ts'
import { storable } from './text.ts'

export type PageArguments = { first: number; after?: string | null | undefined }

/** How many, and after which row: its key, as `connectionOf` wrote it into a cursor. */
export type Page = { first: number; after: string | null }

/** The arguments of a connection. Refuses less than 1, more than 100, and a cursor that is none. */
export function pageOf({ first, after = null }: PageArguments): Page {
  if (first < 1 || first > 100) throw badInput({ field: 'first', message: 'must be 1 to 100' })
  if (after === null) return { first, after }
  const key = Buffer.from(after, 'base64url').toString()
  if (!key.startsWith('after:') || !storable(key))
    throw badInput({ field: 'after', message: 'must be a cursor' })
  return { first, after: key.slice('after:'.length) }
}

/** A connection of the rows that a page found: up to `first`, and one more where the list goes on. */
export function connectionOf<Row, Node>(
  rows: readonly Row[],
  { first, after }: Page,
  shown: { key(row: Row): string | number; node(row: Row): Node },
) {
  const edges = rows.slice(0, first).map((row) => ({
    cursor: Buffer.from(`after:${shown.key(row)}`).toString('base64url'),
    node: shown.node(row),
  }))
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
