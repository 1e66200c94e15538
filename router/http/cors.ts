import type { Exchange } from '@puchi/platform/http/exchange'

const remembered = '7200'

/** Lets pages of the listed origins, and of no other, read our answers. True where a preflight is answered with it. */
export function shareWith(
  origins: readonly string[],
  methods: readonly string[],
): (exchange: Exchange) => boolean {
  const allowed = new Set(origins)
  return ({ request, response }) => {
    const { origin = '' } = request.headers
    const preflight = request.method === 'OPTIONS'
    response.appendHeader('vary', 'origin')
    if (allowed.has(origin)) {
      response.setHeader('access-control-allow-origin', origin)
      response.setHeader('access-control-allow-credentials', 'true')
      response.setHeader('access-control-expose-headers', 'x-request-id, retry-after')
      if (preflight) {
        response.setHeader('access-control-allow-methods', methods.join(', '))
        response.setHeader('access-control-allow-headers', allowedHeaders(request.headers))
        response.setHeader('access-control-max-age', remembered)
      }
    }
    if (!preflight) return false
    response.writeHead(204, { allow: [...methods, 'OPTIONS'].join(', ') }).end()
    return true
  }
}

// Any header may be sent: none of a client's headers but Authorization means anything to us.
const allowedHeaders = (headers: Exchange['request']['headers']): string => {
  const names = String(headers['access-control-request-headers'] ?? '')
  return /^[\w, -]{1,500}$/.test(names) ? names : 'content-type, authorization'
}
