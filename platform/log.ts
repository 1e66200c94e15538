import { AsyncLocalStorage } from 'node:async_hooks'
import { type Logger, pino } from 'pino'
import { stdoutLines } from './log-lines.ts'

export type Log = Logger

/** What belongs to the request that the running code serves; each log line says it. */
export type RequestScope = {
  requestId: string
  /** The trace that it is part of, where its caller or we trace: what goes on with its own requests to others. */
  traceparent?: string
}

export const requestScope = new AsyncLocalStorage<RequestScope>()

const secrets = ['authorization', 'token', 'email', 'cookie', 'secret', 'password', 'jwt', 'refreshToken']

/** JSON lines on stdout, each with its service and, inside a request, the request's id. Never a token or an e-mail. */
export const createLog = (service: string, level: string): Log =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => requestScope.getStore() ?? {},
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      serializers: { err: errorForLog, why: (what) => (typeof what === 'string' ? scrub(what) : what) },
    },
    stdoutLines(),
  )

// Each begins where a word does: else a long word would be tried anew from each of its letters.
const tokenLike = new RegExp(
  [
    /(?<![\w-])(?=[\w-]*eyJ)[\w-]+\.[\w-]+\.[\w-]+/,
    /(?<![A-Za-z0-9])(sk|whsec)_[\w+/=]+/,
    /(?<=\/\/)[^/\s:@]*:[^/\s]+(?=@)/,
    /(?<![\p{L}\p{N}_.+'-])[\p{L}\p{N}_.+'-]+@[\p{L}\p{N}_-]+\.[\p{L}\p{N}_.]+/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gu',
)

/** An error as the log keeps it: what broke and where, with anything that looks like a secret or an e-mail cut out. */
export function errorForLog(error: unknown): object {
  if (!(error instanceof Error)) return { message: scrub(String(error)) }
  const code = (error as { code?: unknown }).code
  const cause = error.cause === undefined ? {} : { cause: errorForLog(error.cause) }
  return { type: error.name, message: scrub(error.message), stack: scrub(error.stack ?? ''), code, ...cause }
}

export const scrub = (text: string): string => text.replace(tokenLike, '[redacted]')
