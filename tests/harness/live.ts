import { setTimeout as pause } from 'node:timers/promises'
import { credentialHeader } from '@puchi/platform/identity/caller'
import { bodyOf, sign } from '@puchi/platform/identity/signature'
import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws'
import WebSocket from 'ws'
import { type Operation, routerCredential, routerSecret, viewerOf } from './caller.ts'

const path = '/graphql'

/** A frame as it came, with what a test looks at most. */
// biome-ignore lint/suspicious/noExplicitAny: whatever was selected
type Data = any

/** A subscription that a test reads frame by frame. */
export type Following = { next(): Promise<Data>; errors(): Promise<string[]>; close(): void }

export type LiveRouter = {
  /** Subscribes for a user; null: for nobody. */
  follow(userId: string | null, asked: Operation): Promise<Following>
  close(): Promise<void>
}

const open = (url: string, connectionParams: () => Record<string, unknown>): Client =>
  createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    lazyCloseTimeout: 1_000,
    retryAttempts: 0,
    connectionParams,
  })

function followOn(client: Client, asked: Operation, headers: Record<string, string>): Following {
  const frames = client.iterate<Data>({ ...asked, extensions: { headers } })
  const next = async (): Promise<FormattedExecutionResult<Data, unknown>> => {
    const late = AbortSignal.timeout(10_000)
    const waited = pause(10_000, 'late' as const, { signal: late, ref: false }).catch(() => 'late' as const)
    const result = await Promise.race([frames.next(), waited]).catch((error: unknown) => {
      throw Array.isArray(error)
        ? error
        : new Error('the socket closed', { cause: String((error as Data).code) })
    })
    if (result === 'late') throw new Error('no frame came in 10 s')
    if (result.done) throw new Error('the subscription ended')
    return result.value
  }
  return {
    async next() {
      const { data, errors } = await next().catch((thrown) => {
        if (Array.isArray(thrown)) return { data: {}, errors: thrown }
        throw thrown
      })
      if (errors) throw new Error(JSON.stringify(errors))
      return Object.values(data)[0]
    },
    async errors() {
      const errors = await next().then(
        ({ errors = [] }) => errors,
        (thrown) => (Array.isArray(thrown) ? thrown : Promise.reject(thrown)),
      )
      return errors.map(({ extensions }: Data) => extensions.code)
    },
    close: () => void frames.return?.(),
  }
}

/** Our router's one socket to a subgraph: each subscription has its own signed viewer. */
export function ourRouter(url: string): LiveRouter {
  const client = open(url, () => sign(routerSecret, { viewer: null }, { path, body: '' }))
  return {
    async follow(userId, asked) {
      const viewer = userId === null ? null : viewerOf(userId)
      return followOn(client, asked, sign(routerSecret, { viewer }, { path, body: bodyOf(asked) }))
    },
    close: async () => client.dispose(),
  }
}

/** Another router, which passes on its users' tokens. */
export function anotherRouter(url: string, token: (userId: string) => Promise<string>): LiveRouter {
  const client = open(url, () => ({ [credentialHeader]: routerCredential }))
  return {
    async follow(userId, asked) {
      const headers = userId === null ? undefined : { authorization: `Bearer ${await token(userId)}` }
      return followOn(client, asked, headers ?? {})
    },
    close: async () => client.dispose(),
  }
}
