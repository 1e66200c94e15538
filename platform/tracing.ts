import { setTimeout as pause } from 'node:timers/promises'
import type { Attributes, Context, Span, SpanKind } from '@opentelemetry/api'
import type { Exchange } from './http/exchange.ts'
import { type RequestScope, requestScope } from './log.ts'
import { headerOf, parentOf } from './traceparent.ts'

/** Traces of what one service does, sent to an OpenTelemetry collector. */
export type Tracing = {
  /** The whole of a request that came in; it continues the caller's trace. */
  whole(exchange: Exchange, work: () => Promise<void>): Promise<void>
  /** Work that no answer to a request is the end of: an operation over a socket, one event of a subscription. */
  unit<Result>(name: string, attributes: Attributes, work: () => Promise<Result>): Promise<Result>
  /** Says more of the request that the running code serves. */
  note(attributes: Attributes): void
  /** A part of that request. `work` is given the traceparent to pass on; outside a request it is not traced. */
  part<Result>(name: string, attributes: Attributes, work: (traceparent?: string) => Result): Result
  close(): Promise<void>
}

// The numbers of the API's SpanKind and SpanStatusCode, which is not loaded before it is needed.
const kinds = { internal: 0, server: 1, client: 2 } satisfies Record<string, SpanKind>
const failed = 2

const patience = 2_000

/**
 * Opens the way to the collector at `endpoint` (OTLP over HTTP, `/v1/traces` below it). Undefined, and nothing loaded,
 * without one.
 */
export async function openTracing(
  service: string,
  endpoint: string | undefined,
): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined
  const { provider, tracer, within } = await connect(service, endpoint)
  const open = new Map<object, Span>()

  function begin(scope: RequestScope, name: string, given: Attributes): Span {
    const attributes = { ...given, 'puchi.request_id': scope.requestId }
    const span = tracer.startSpan(name, { kind: kinds.server, attributes }, within(scope.traceparent))
    scope.traceparent = headerOf(span.spanContext())
    open.set(scope, span)
    return span
  }
  return {
    async whole({ request, response, requestId, url }, work) {
      const scope = requestScope.getStore() ?? { requestId }
      const attributes = { 'http.request.method': request.method ?? '', 'url.path': url.pathname }
      const span = begin(scope, `${request.method} ${url.pathname}`, attributes)
      response.once('close', () => {
        open.delete(scope)
        span.setAttribute('http.response.status_code', response.statusCode)
        if (response.statusCode >= 500) span.setStatus({ code: failed })
        span.end()
      })
      await work()
    },
    async unit(name, attributes, work) {
      const scope = requestScope.getStore()
      if (!scope) return work()
      const span = begin(scope, name, attributes)
      return during(span, work).finally(() => open.delete(scope))
    },
    note(attributes) {
      const scope = requestScope.getStore()
      if (scope) open.get(scope)?.setAttributes(attributes)
    },
    part(name, attributes, work) {
      const scope = requestScope.getStore()
      if (!scope || !open.has(scope)) return work()
      const kind = 'puchi.subgraph' in attributes ? kinds.client : kinds.internal
      const span = tracer.startSpan(name, { kind, attributes }, within(scope.traceparent))
      return during(span, () => work(headerOf(span.spanContext())))
    },
    // Spans that no collector takes are lost; nobody waits for them.
    close: () =>
      Promise.race([provider.shutdown().catch(() => {}), pause(patience, undefined, { ref: false })]),
  }
}

/** Ends a span when the work is over, whether it waits or not. */
function during<Result>(span: Span, work: () => Result): Result {
  const fail = (error: unknown): never => {
    const code = (error as { extensions?: { code?: unknown } }).extensions?.code
    span.setStatus({ code: failed }).setAttribute('error.type', String(code ?? (error as Error).name))
    span.end()
    throw error
  }
  try {
    const result = work()
    if (result instanceof Promise)
      return result.then((value) => {
        span.end()
        return value
      }, fail) as Result
    span.end()
    return result
  } catch (error) {
    return fail(error)
  }
}

async function connect(service: string, endpoint: string) {
  const { ROOT_CONTEXT, trace } = await import('@opentelemetry/api')
  const { BatchSpanProcessor, TracerProvider } = await import('@opentelemetry/sdk-trace')
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  const { resourceFromAttributes } = await import('@opentelemetry/resources')
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: 5_000,
  })
  // Of its own, not the API's global one: several services may live in one process.
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  })
  const within = (traceparent: string | undefined): Context => {
    const parent = parentOf(traceparent)
    return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
  }
  return { provider, tracer: provider.getTracer('puchi'), within }
}
