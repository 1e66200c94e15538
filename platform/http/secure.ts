import type { ServerResponse } from 'node:http'

const headers = [
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  // Browsers heed this over HTTPS alone.
  ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
] as const

/** Forbids browsers to do with an answer what no answer of ours is for: to sniff, frame or run it. */
export function secure(response: ServerResponse): void {
  for (const [name, value] of headers) response.setHeader(name, value)
}

/** The same as lines of a head. */
export const secureLines: string = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
