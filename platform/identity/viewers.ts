import { Refusal } from '../errors.ts'
import { requestScope } from '../log.ts'
import type { Telemetry } from '../telemetry.ts'
import { createSessionCache } from './session-cache.ts'
import { sign } from './signature.ts'
import type { VerifiedToken } from './token.ts'
import { bareViewer, type Identity, type Viewer } from './viewer.ts'

/** The viewer behind a verified token. Throws UNAUTHENTICATED where the session is void although its token is not. */
export type ViewerOf = (token: VerifiedToken) => Promise<Viewer>

export type Viewers = {
  of: ViewerOf
  /** Refuses a session from now on, without asking. */
  revoke(sessionId: string): void
  /** Forgets what is known of a user, so that it is asked again. */
  forget(userId: string): void
}

/** Asks for one viewer; null where the session is void. Rejects where nobody answers. */
export type AskViewer = (identity: Identity) => Promise<Viewer | null>

type Known = { userId: string; viewer: Viewer | null; askedAt: number; tokenEnd: number }

type Asking = { userId: string; answer: Promise<Known> }

const freshFor = 60_000
const pauseAfterFailure = 1_000

type ViewersOptions = { ask: AskViewer; telemetry: Telemetry; now?: () => number }

/**
 * Viewers by session, each asked for once and kept a minute at most. While nobody answers, a known session keeps its
 * viewer up to the end of the token it was asked for with; an unknown one may do what needs no permission.
 */
export function createViewers({ ask, telemetry, now = Date.now }: ViewersOptions): Viewers {
  const degraded = telemetry.counter('viewers_degraded_total', 'Requests served without knowing permissions.')
  const known = createSessionCache<Known>(50_000)
  const running = new Map<string, Asking>()
  let failedAt = Number.NEGATIVE_INFINITY

  function begin({ identity, expiresAt }: VerifiedToken): Asking {
    const { userId, sessionId } = identity
    // What was asked before a change may be told after it: then it is neither kept nor shared.
    const isCurrent = () => running.get(sessionId) === mine
    const answer = ask(identity)
      .then((viewer) => {
        const result = { userId, viewer, askedAt: now(), tokenEnd: expiresAt }
        if (isCurrent()) known.set(sessionId, result)
        return result
      })
      .finally(() => isCurrent() && running.delete(sessionId))
    const mine = { userId, answer }
    running.set(sessionId, mine)
    return mine
  }
  const asked = (token: VerifiedToken): Promise<Known> =>
    (running.get(token.identity.sessionId) ?? begin(token)).answer
  const withoutAnswer = ({ identity }: VerifiedToken, last: Known | undefined): Viewer | null => {
    if (last && (last.viewer === null || last.tokenEnd > now())) return last.viewer
    degraded.inc()
    return bareViewer(identity)
  }
  async function find(token: VerifiedToken): Promise<Viewer | null> {
    const last = known.get(token.identity.sessionId)
    if (last && now() - last.askedAt < freshFor) return last.viewer
    if (now() - failedAt < pauseAfterFailure) return withoutAnswer(token, last)
    const answer = await asked(token).catch(() => {
      failedAt = now()
    })
    return answer ? answer.viewer : withoutAnswer(token, known.get(token.identity.sessionId))
  }
  return {
    of: async (token) => live(await find(token)),
    revoke(sessionId) {
      running.delete(sessionId)
      const never = Number.POSITIVE_INFINITY
      known.set(sessionId, { userId: '', viewer: null, askedAt: now(), tokenEnd: never })
    },
    forget(userId) {
      known.forget(userId)
      for (const [sessionId, one] of running) if (one.userId === userId) running.delete(sessionId)
    },
  }
}

/** Viewers for the service that knows them itself. */
export const knownHere =
  (ask: AskViewer): ViewerOf =>
  async ({ identity }) =>
    live(await ask(identity))

function live(viewer: Viewer | null): Viewer {
  if (viewer?.status !== 'ACTIVE') throw new Refusal('UNAUTHENTICATED', 'The session has ended.')
  return viewer
}

const patience = 1_000

/** Asks a service's signed internal path; without a URL everybody is known, and nobody has a permission. */
export function askViewerAt(url: string | undefined, secret: string): AskViewer {
  if (url === undefined) return async (identity) => bareViewer(identity)
  const path = new URL(url).pathname
  return async (identity) => {
    const body = JSON.stringify(identity)
    const requestId = requestScope.getStore()?.requestId
    const headers = {
      'content-type': 'application/json',
      ...(requestId && { 'x-request-id': requestId }),
      ...sign(secret, { viewer: null }, { path, body }),
    }
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers,
      signal: AbortSignal.timeout(patience),
      redirect: 'error',
    })
    if (!answer.ok) throw new Error(`asked for a viewer, was answered ${answer.status}`)
    return ((await answer.json()) as { viewer: Viewer | null }).viewer
  }
}
