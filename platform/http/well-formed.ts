import type { IncomingMessage } from 'node:http'

// Of these Node keeps the first and drops the rest, where a proxy before us may have kept the last.
const single = ['host', 'content-type', 'content-encoding']

type Head = Pick<IncomingMessage, 'rawHeaders' | 'headers' | 'httpVersion'>

/**
 * What is wrong with a request that Node reads as HTTP although two readers may take it for two different things, or
 * see its end in two places (RFC 9112, 2.3, 3.2 and 6.1).
 */
export function ambiguityOf({ rawHeaders, headers, httpVersion }: Head): string | undefined {
  let seen = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    // Every request comes by here: most names are not looked at closer than by their length.
    const which = single.findIndex(({ length }) => length === name.length)
    if (which < 0 || single[which] !== name.toLowerCase()) continue
    if (seen & (1 << which)) return `Give the header ${single[which]} once.`
    seen |= 1 << which
  }
  const old = httpVersion === '1.0'
  if (!old && httpVersion !== '1.1') return 'Speak HTTP/1.1.'
  if (!/^[^\s/\\?#@,]+$/.test(headers.host ?? (old ? 'none' : '')))
    return 'Give the header host: a name, and a port where it has one.'
  const coding = headers['transfer-encoding']
  if (coding !== undefined && (old || coding.toLowerCase() !== 'chunked'))
    return 'Send the body in no other transfer encoding than chunked, and that over HTTP/1.1.'
  return undefined
}

/**
 * Whether a request is to become a WebSocket; whatever else it offers to become, it is answered as it is, and so is what
 * HTTP/1.0 offers (RFC 9110, 7.8). So is one with a body, which a WebSocket would take for its first frames, and one that
 * two readers may take for two things.
 */
export const asksForSocket = (request: Head & Pick<IncomingMessage, 'method'>): boolean => {
  const { method, headers, httpVersion } = request
  if (method !== 'GET' || httpVersion === '1.0' || !/^websocket$/i.test(headers.upgrade ?? '')) return false
  const body = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return !body && ambiguityOf(request) === undefined
}
