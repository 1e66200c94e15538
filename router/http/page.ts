import { createHash } from 'node:crypto'
import { answer } from '@puchi/platform/http/answer'
import type { Exchange } from '@puchi/platform/http/exchange'

/** A page and the Content-Security-Policy that allows what it needs and nothing else. */
export type Page = { html: Buffer; policy: string }

/** A source of CSP that allows exactly one inline script or style. */
export const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** JSON that may stand inside a script element. */
export const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

export const pageOf = (html: string, ...policy: string[]): Page => ({
  html: Buffer.from(html),
  policy: [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    ...policy,
  ].join('; '),
})

export function answerPage(exchange: Exchange, { html, policy }: Page): void {
  const { response } = exchange
  response.setHeader('content-security-policy', policy)
  response.setHeader('cache-control', 'no-store') // it may hold a demo token
  answer(exchange, 200, 'text/html; charset=utf-8', html)
}
