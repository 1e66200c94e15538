import type { IncomingMessage } from 'node:http'

type Upload = Pick<IncomingMessage, 'complete' | 'destroyed' | 'destroy' | 'once'>

/** Milliseconds that a request may take to arrive in pieces while others wait for its place. */
const grace = 250

/** Requests that were admitted and have not arrived whole: a client that holds its body back occupies a place for nothing. */
export function createUploads() {
  const coming = new Map<Upload, number>()
  const follow = (request: Upload): void => {
    if (request.complete || request.destroyed) return
    coming.set(request, performance.now())
    const forget = () => void coming.delete(request)
    request.once('end', forget).once('close', forget)
  }
  return {
    /** Follows a request, unless all of it comes in one piece, as nearly all do. */
    follow: (request: Upload): void => queueMicrotask(() => follow(request)),
    /** Sends the one away that has been coming longest; false where none has been for long. */
    drop(): boolean {
      const [oldest] = coming
      if (!oldest || performance.now() - oldest[1] < grace) return false
      coming.delete(oldest[0])
      // As if the client had gone: nothing is answered, and nothing is logged.
      oldest[0].destroy(Object.assign(new Error('dropped for another request'), { code: 'ECONNRESET' }))
      return true
    },
  }
}
