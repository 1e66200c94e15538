import { Refusal } from '../errors.ts'

// https://www.postgresql.org/docs/18/errcodes-appendix.html, Node's codes of sockets, Prisma's, its adapter's kinds
const cut = /^(08\w{3}|57P0\d|ECONNRESET|EPIPE|P1017|ConnectionClosed)$/
const away =
  /^(53300|57014|ECONNREFUSED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|P1001|P1002|P1008|P2037|DatabaseNotReachable|SocketTimeout|TooManyConnections)$/
// What `pg` says without a code.
const cutMessage = /Connection terminated(?! due)|Client has encountered a connection error/
const timeoutMessage = /Connection terminated due|Query read timeout/
const fullMessage = /timeout exceeded when trying to connect|Unable to start a transaction in the given time/

type Fault = { code?: unknown; originalCode?: unknown; kind?: unknown; message?: unknown }

/** Where errors keep others: JavaScript's own and Prisma's, several at once, and GraphQL's. */
type Behind = { cause?: unknown; meta?: object; errors?: unknown; originalError?: unknown }

/** An error with everything that is behind it, the outermost first. */
function* behind(error: unknown, depth = 0): Generator<Fault> {
  if (typeof error !== 'object' || error === null || depth > 6) return
  yield error as Fault
  const { cause, meta, errors, originalError } = error as Behind
  const adapter = meta && 'driverAdapterError' in meta ? meta.driverAdapterError : undefined
  for (const next of [cause, originalError, adapter, ...(Array.isArray(errors) ? errors : [])])
    yield* behind(next, depth + 1)
}

const says = ({ code, originalCode, kind, message }: Fault, codes: RegExp, messages: RegExp): boolean =>
  [code, originalCode, kind].some((one) => codes.test(String(one))) || messages.test(String(message))

const isFull = ({ code, message }: Fault): boolean => code === 'P2024' || fullMessage.test(String(message))

/** Whether a server did not answer in time, neither a query nor somebody who wanted to connect. */
export const isTimedOut = (error: unknown): boolean =>
  Array.from(behind(error)).some(({ message }) => timeoutMessage.test(String(message)))

/** Whether a connection broke while it was used; another one may serve. */
export const isCutConnection = (error: unknown): boolean =>
  !isTimedOut(error) && Array.from(behind(error)).some((fault) => says(fault, cut, cutMessage))

// A failure to serialize, a deadlock, and Prisma's word for either.
const clash = /^(40001|40P01|P2034)$/

/** Whether a transaction was given up for the sake of another one: it may be run again. */
export const isClash = (error: unknown): boolean =>
  Array.from(behind(error)).some(({ code, originalCode }) =>
    [code, originalCode].some((one) => clash.test(String(one))),
  )

const isAway = (fault: Fault): boolean => says(fault, cut, cutMessage) || says(fault, away, timeoutMessage)

/**
 * What a client is told where a fault is an outage: OVERLOADED where no connection came free in time,
 * SERVICE_UNAVAILABLE where something needed is away. Undefined: the fault is another one.
 */
export function outageOf(error: unknown): Refusal | undefined {
  const faults = Array.from(behind(error))
  const details = { cause: error, retryAfter: 1 }
  if (faults.some(isFull))
    return new Refusal('OVERLOADED', 'The service is overloaded; try again soon.', details)
  if (!faults.some(isAway)) return undefined
  return new Refusal('SERVICE_UNAVAILABLE', 'A required service is down; try again soon.', details)
}
