export type AskOptions = {
  variables?: Record<string, unknown>
  operationName?: string
  /** A session token, sent as Bearer. */
  token?: string
  headers?: Record<string, string>
}

type Json = ReturnType<typeof JSON.parse>

export type Answered = {
  status: number
  headers: Headers
  body: {
    data?: Json
    errors?: { message: string; path?: (string | number)[]; extensions: Record<string, Json> }[]
  }
}

/** Asks a GraphQL endpoint as a client does. */
export const asker =
  (url: string) =>
  async (query: string, { token, headers, ...asked }: AskOptions = {}): Promise<Answered> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify({ query, ...asked }),
    })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Answered['body'],
    }
  }
