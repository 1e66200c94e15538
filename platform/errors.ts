/**
 * Every code a client may meet, with the HTTP status of a request that fails as a whole (a part that fails leaves
 * 200 and partial data) and what the client can do. The one table: docs/errors.md is made from it.
 */
export const errorCodes = {
  UNAUTHENTICATED: { status: 401, means: 'Sign in, or send a token that is valid now.' },
  FORBIDDEN: { status: 403, means: 'The viewer lacks the permission.' },
  NOT_FOUND: { status: 200, means: 'Nothing has that id.' },
  BAD_USER_INPUT: {
    status: 200,
    means: 'An argument breaks a rule; `fields` names each one. Variables of a wrong type: 400.',
  },
  USERNAME_TAKEN: { status: 200, means: 'Somebody has that username; `suggestion` is free.' },
  CONFLICT: { status: 200, means: 'Somebody changed the same thing meanwhile; read it again and repeat.' },
  IDEMPOTENCY_CONFLICT: { status: 200, means: 'That idempotency key was used with other arguments.' },
  BAD_REQUEST: { status: 400, means: 'The HTTP request is not a GraphQL request.' },
  GRAPHQL_PARSE_FAILED: { status: 400, means: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, means: 'The document does not fit the schema.' },
  OPERATION_RESOLUTION_FAILURE: { status: 400, means: 'The document has no operation of the given name.' },
  LIMIT_EXCEEDED: { status: 400, means: 'The request exceeds a limit; `limit` names it.' },
  BATCHING_DISABLED: { status: 400, means: 'Send one operation a request.' },
  PERSISTED_QUERY_NOT_FOUND: { status: 200, means: 'Send the full text beside the hash once.' },
  PERSISTED_QUERY_REQUIRED: { status: 400, means: 'Only persisted documents are answered.' },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 200, means: 'Send the full text.' },
  METHOD_NOT_ALLOWED: { status: 405, means: 'Use one of the methods of the Allow header.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, means: 'Send the body as application/json.' },
  NOT_ACCEPTABLE: { status: 406, means: 'Accept application/graphql-response+json or application/json.' },
  PAYLOAD_TOO_LARGE: { status: 413, means: 'The body is larger than the limit.' },
  HEADERS_TOO_LARGE: { status: 431, means: 'The headers are larger than 16 KiB.' },
  REQUEST_TIMEOUT: { status: 408, means: 'The request did not arrive whole in time.' },
  RATE_LIMITED: { status: 429, means: 'Too many requests or connections; wait `retryAfter` seconds.' },
  SUBGRAPH_UNAVAILABLE: {
    status: 200,
    means: 'A subgraph, or its database, cannot be reached; its fields are null.',
  },
  SUBGRAPH_TIMEOUT: {
    status: 200,
    means: 'A subgraph did not answer in time; its fields are null.',
  },
  UNRESOLVABLE_FIELD: {
    status: 200,
    means: 'No query plan over the subgraphs answers this query correctly; ask for fewer fields at once.',
  },
  OVERLOADED: { status: 503, means: 'The service is overloaded; try again after `retryAfter` seconds.' },
  SERVICE_UNAVAILABLE: { status: 503, means: 'A required service is down; try again soon.' },
  ROUTER_TIMEOUT: { status: 504, means: 'The whole answer took too long; ask for less of it, or try again.' },
  INTERNAL_SERVER_ERROR: { status: 500, means: 'Our fault; name the requestId when you report it.' },
} as const

export type ErrorCode = keyof typeof errorCodes

export type InvalidField = { field: string; message: string }

/** What a code carries beside itself. */
export type Details = { fields?: InvalidField[]; suggestion?: string; retryAfter?: number; limit?: string }

/**
 * A "no" the caller can act on. graphql-js copies `extensions` onto the error it sends, so a rule may throw one
 * without knowing that GraphQL exists. Anything else that is thrown is a fault: logged, and masked for the client.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly extensions: { code: ErrorCode } & Details

  /** `cause` is for the log alone. */
  constructor(code: ErrorCode, message: string, { cause, ...details }: Details & { cause?: unknown } = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.extensions = { code, ...details }
  }
}

/** A refusal as a client is told of it. */
export const told = ({ message, extensions }: Refusal, requestId: string) => ({
  message,
  extensions: { ...extensions, requestId },
})

/** Refuses arguments, naming each field that breaks a rule. */
export const badInput = (...fields: InvalidField[]): Refusal =>
  new Refusal('BAD_USER_INPUT', fields.map(({ field, message }) => `${field}: ${message}`).join('; '), {
    fields,
  })

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCodes, code)
