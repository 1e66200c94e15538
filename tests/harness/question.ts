export type Answer = {
  status: number
  headers: Headers
  text: string
  data: Record<string, unknown> | null | undefined
  /** The codes of the errors, in order. */
  codes: string[]
  errors: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[]
}

/** Sends one request to a GraphQL endpoint, in any shape, and reads whatever comes back. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const { data, errors = [] } = text.startsWith('{') ? JSON.parse(text) : {}
  const codes = errors.map(({ extensions }: Answer['errors'][number]) => String(extensions?.['code']))
  return { status: response.status, headers: response.headers, text, data, codes, errors }
}

export type Question = {
  query?: unknown
  variables?: unknown
  operationName?: unknown
  extensions?: unknown
  documentId?: unknown
}

/** POSTs one GraphQL request as JSON. */
export const ask = (
  url: string,
  query: string | Question,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(typeof query === 'string' ? { query } : query),
  })
