import { Refusal } from '../errors.ts'
import type { Handle } from './exchange.ts'

/** What can be read and nothing else: other methods are refused. */
export const onlyRead =
  (serve: Handle): Handle =>
  async (exchange) => {
    const { request, response } = exchange
    if (request.method === 'GET' || request.method === 'HEAD') return serve(exchange)
    response.setHeader('allow', 'GET, HEAD')
    throw new Refusal('METHOD_NOT_ALLOWED', 'Use GET.')
  }
