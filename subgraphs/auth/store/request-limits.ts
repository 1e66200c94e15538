import { type Dispatcher, getGlobalDispatcher, setGlobalDispatcher } from 'undici'

const limits = new Map<string, number>()

/**
 * Ends the process's requests to an origin that get no answer within so many milliseconds. Clerk's SDK takes neither a
 * signal nor a limit, and would keep each for five minutes: after an outage it could not be asked for as long.
 */
export function limitRequests(url: string, ms: number): void {
  if (limits.size === 0) setGlobalDispatcher(getGlobalDispatcher().compose(limited))
  limits.set(new URL(url).origin, ms)
}

const limited: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const ms = limits.get(String(options.origin))
  return dispatch(ms === undefined ? options : { ...options, headersTimeout: ms, bodyTimeout: ms }, handler)
}
