import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'

/** A client's connection: whether a request came over it, and the answer to the last one while that is under way. */
type Connection = { used: boolean; newest: ServerResponse | undefined }

/** The connections of a server's clients. */
export type Connections = {
  /** The answer to the last request of a connection, while that is under way. */
  newestOn(socket: Duplex): ServerResponse | undefined
  /** Notes the answer to the request that a connection brought just now. */
  take(socket: Duplex, response: ServerResponse): void
  /** Lets each connection end with the answer that is under way on it. */
  endWithAnswers(): void
  /** Closes the server, and resolves when the last connection is gone. */
  close(): Promise<void>
}

export function connectionsOf(server: Server): Connections {
  // Only connections come and go here. What every request enters and leaves would be kept by the tables that a Map
  // outgrows: each points to the next, and one of them that is old keeps all of them until a full collection.
  const connections = new Map<Duplex, Connection>()
  server.on('connection', (socket) => {
    connections.set(socket, { used: false, newest: undefined })
    socket.on('close', () => connections.delete(socket))
  })
  return {
    newestOn: (socket) => connections.get(socket)?.newest,
    take(socket, response) {
      const connection = connections.get(socket)
      if (!connection) return
      connection.used = true
      connection.newest = response
      response.once('close', () => {
        if (connection.newest === response) connection.newest = undefined
      })
    },
    endWithAnswers() {
      for (const { newest } of connections.values())
        if (newest && !newest.headersSent) newest.setHeader('connection', 'close')
    },
    close: () => closeServer(server, connections),
  }
}

const graceForIdle = 100
const graceForAll = 15_000

async function closeServer(server: Server, connections: ReadonlyMap<Duplex, Connection>): Promise<void> {
  const closed = once(server, 'close')
  // http's own close() cuts idle connections at once, among them those on which a request is just coming in.
  NetServer.prototype.close.call(server)
  const idle = setInterval(() => {
    server.close().closeIdleConnections() // which Node does not count those among that never had a request
    for (const [socket, { used }] of connections) if (!used) socket.destroy()
  }, graceForIdle)
  const all = setTimeout(() => server.closeAllConnections(), graceForAll)
  await closed
  clearInterval(idle)
  clearTimeout(all)
}
