import type { Page, Part } from '../domain/connection.ts'

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
