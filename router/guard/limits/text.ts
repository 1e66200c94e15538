import { Lexer, Source, TokenKind } from 'graphql'
import type { LimitSettings } from '../../settings/limits.ts'
import { exceeded } from './exceeded.ts'

const opening: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L])
const closing: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R])

/** How deep any brackets may stand in each other, those of arguments among them: the parser recurses on them. */
const nesting = ({ depth, introspection }: LimitSettings): number => 2 * Math.max(depth, introspection) + 20

/** Refuses a text with too many tokens, or brackets too deep for the parser to recurse on. */
export function judgeText(text: string, settings: LimitSettings): void {
  const lexer = new Lexer(new Source(text))
  const deepest = nesting(settings)
  let count = 0
  let depth = 0
  for (let kind = next(lexer); kind !== TokenKind.EOF; kind = next(lexer)) {
    if (++count > settings.tokens) throw exceeded('tokens', settings.tokens)
    if (opening.has(kind) && ++depth > deepest) throw exceeded('depth', settings.depth)
    if (closing.has(kind)) depth -= 1
  }
}

// A text that is no GraphQL is told so by the parser, which comes as far as this.
function next(lexer: Lexer): TokenKind {
  try {
    return lexer.advance().kind
  } catch {
    return TokenKind.EOF
  }
}
