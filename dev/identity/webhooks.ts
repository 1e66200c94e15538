import { createHmac } from 'node:crypto'
import { newId } from './token.ts'

/** Tells whoever listens that something happened to a user or a session. */
export type Tell = (type: string, data: object) => void

export type Webhooks = {
  tell: Tell
  /** Where webhooks go from now on; until then nobody is told anything. */
  deliverTo(url: string): void
  close(): void
}

export type WebhookOptions = {
  /** `whsec_…`, each signs: two while one takes over from the other. */
  secrets: readonly string[]
  /** Milliseconds until a delivery that was not answered with 2xx is tried again, the first time, the second time … */
  retries?: readonly number[]
}

const patience = 15_000
const usualRetries = [5, 300, 1_800, 7_200].map((seconds) => seconds * 1_000)

/** Sends webhooks as Svix does for Clerk: signed, and again until they are taken. */
export function webhooksOf({ secrets, retries = usualRetries }: WebhookOptions): Webhooks {
  const waiting = new Set<NodeJS.Timeout>()
  const place: { url?: string; isClosed: boolean } = { isClosed: false }

  async function deliver(url: string, id: string, body: string, tries = 0): Promise<void> {
    if (place.isClosed || (await isTaken(url, id, body))) return
    const pause = retries[tries]
    if (pause === undefined || place.isClosed) return
    const timer = setTimeout(() => {
      waiting.delete(timer)
      void deliver(url, id, body, tries + 1)
    }, pause).unref()
    waiting.add(timer)
  }
  async function isTaken(url: string, id: string, body: string): Promise<boolean> {
    const headers = { 'content-type': 'application/json', ...signed(secrets, id, body) }
    const signal = AbortSignal.timeout(patience)
    return fetch(url, { method: 'POST', headers, body, redirect: 'error', signal }).then(
      async (answer) => {
        await answer.body?.cancel()
        return answer.ok
      },
      () => false,
    )
  }
  return {
    tell(type, data) {
      if (place.url) void deliver(place.url, newId('msg'), JSON.stringify(envelope(type, data)))
    },
    deliverTo(url) {
      place.url = url
    },
    close() {
      place.isClosed = true
      for (const timer of waiting) clearTimeout(timer)
    },
  }
}

const envelope = (type: string, data: object) => ({
  object: 'event',
  type,
  timestamp: Date.now(),
  instance_id: 'ins_puchistandin',
  event_attributes: { http_request: { client_ip: '127.0.0.1', user_agent: 'puchi' } },
  data,
})

/** https://docs.svix.com/receiving/verifying-payloads/how-manual */
function signed(secrets: readonly string[], id: string, body: string): Record<string, string> {
  const time = Math.floor(Date.now() / 1_000)
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`
  })
  return { 'svix-id': id, 'svix-timestamp': String(time), 'svix-signature': signatures.join(' ') }
}
