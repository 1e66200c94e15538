import type { Context } from 'hono'

const numbered = (text: string | undefined, usual: number): number => (text ? Number(text) : usual)

/** The part of a list that `offset` and `limit` ask for; ten where nothing is said. */
export function page<T>({ req }: Context, all: T[]): T[] {
  const offset = numbered(req.query('offset'), 0)
  return all.slice(offset, offset + Math.min(numbered(req.query('limit'), 10), 500))
}
