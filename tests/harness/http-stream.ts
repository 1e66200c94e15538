/** An HTTP response that lasts, and what came of it. */
export async function openStream(url: string, init: RequestInit) {
  const stopping = new AbortController()
  const response = await fetch(url, { ...init, signal: stopping.signal })
  const stream = { response, text: '', ended: false, stop: () => stopping.abort() }
  const read = async () => {
    for await (const chunk of response.body ?? []) stream.text += Buffer.from(chunk).toString()
    stream.ended = true
  }
  read().catch(() => {})
  return stream
}
