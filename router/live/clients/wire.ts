import type { Log } from '@puchi/platform/log'
import type { WebSocket } from 'ws'

/** What is sent to one client, and how it is told to go. */
export type Wire = {
  send(text: string): void
  close(code: number, reason: string): void
  /** Gives up a client that did not answer since the last time, and asks again. */
  probe(): void
}

/** Bytes that a client has not read yet; with more than these it is too slow for what it asked. */
export const mostUnread = 1024 * 1024
// For whoever is sent away to say that it heard.
const graceForClose = 5_000

export function wireTo(socket: WebSocket, log: Log): Wire {
  let answered = true
  const alive = () => {
    answered = true
  }
  socket.on('pong', alive)
  socket.on('message', alive)
  socket.on('error', (error) => log.debug({ err: error }, 'a socket failed'))
  const close = (code: number, reason: string) => {
    socket.close(code, reason)
    setTimeout(() => socket.terminate(), graceForClose).unref()
  }
  return {
    close,
    send(text) {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount <= mostUnread) return socket.send(text)
      close(1013, 'Too slow')
    },
    probe() {
      if (!answered) return socket.terminate()
      answered = false
      socket.ping()
    },
  }
}
