import type { Answered } from '../harness/ask.ts'

/** Subscribes by an event stream and leaves after the first frame. */
export async function firstFrame(
  url: string,
  query: string,
  token: string | null,
): Promise<Answered['body']> {
  const response = await fetch(`${url}/stream`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(10_000),
  })
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const frame = /event: next\ndata: (.*)\n\n/.exec(text)?.[1]
    if (frame) return JSON.parse(frame)
  }
  throw new Error(`no frame came, but ${response.status} ${text}`)
}
