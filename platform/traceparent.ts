import type { SpanContext } from '@opentelemetry/api'

// https://www.w3.org/TR/trace-context/#traceparent-header, version 00; a trace or a span of zeros is none.
const wellFormed = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** A caller's traceparent where it is one; whatever else the header says is dropped. */
export const traceparentIn = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && wellFormed.test(header) ? header : undefined

export const headerOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`

/** The span that a traceparent names. */
export function parentOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = wellFormed.exec(traceparent ?? '') ?? []
  if (!traceId || !spanId || !flags) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
}
