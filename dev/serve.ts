import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'

export type Served = {
  port: number
  /** Cuts what is under way. */
  close(): Promise<void>
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch']

/** Serves what an application of Hono's answers; of port 0 any free one. Throws what `listen` throws. */
export async function serve(fetch: Fetch, { port, host }: { port: number; host: string }): Promise<Served> {
  const server = createAdaptorServer({ fetch })
  await once(server.listen(port, host), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}
