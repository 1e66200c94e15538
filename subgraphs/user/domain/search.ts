import { badInput } from '@puchi/platform/errors'
import {
  type Connection,
  connectionOf,
  type Page,
  type PageArgs,
  type Part,
  pageOf,
  word,
} from '@puchi/platform/pagination'
import type { Learner } from './learner.ts'
import { type Seen, seenBy } from './privacy.ts'

const longest = 60

/** Text without case and accents, so that `quang` is found in Quang and Quâng, and `do` in Đỗ. */
export const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('đ', 'd')

/** The folded words to look for. Throws BAD_USER_INPUT unless they have 1 to 60 characters. */
export function checkedSearch(text: string): string {
  const fault = badInput({ field: 'text', message: `must have 1 to ${longest} characters` })
  if (text.length > longest * 8) throw fault
  const words = folded(text.trim()).replace(/\s+/g, ' ')
  if (words === '' || words.length > longest) throw fault
  return words
}

/** What the rules ask of storage: see `store/search.ts`. */
export type Search = {
  /** Whoever may be found (the viewer always) by folded words: the username itself, then its beginnings, then the rest. */
  find(words: string, viewerId: string | undefined, page: Page): Promise<Part<Learner>>
}

/** Learners by username or name, as far as they let themselves be found. */
export async function searchUsers(
  search: Search,
  { text, viewerId }: { text: string; viewerId: string | undefined },
  args: PageArgs,
): Promise<Connection<Seen>> {
  const words = checkedSearch(text)
  const list = `search:${words}`
  const page = pageOf(list, args, [word, word])
  const part = await search.find(words, viewerId, page)
  return connectionOf(list, page, part, (learner) => seenBy(viewerId, learner))
}
