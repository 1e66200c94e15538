// Forked by bench/live.ts: what `ws` alone needs to send the same frames. Knows no GraphQL, and fetches nothing.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { frameOf, type Happen } from './event.ts'

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
const users = new Map<string, WebSocket>()
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data))
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
    else if (payload?.variables?.user) users.set(payload.variables.user, socket)
  })
})
await once(server, 'listening')
process.on('message', (told: Happen | string) => {
  if (typeof told === 'string') return
  const { field, version, users: meant = [] } = told
  if (field === 'personal') for (const user of meant) users.get(user)?.send(frameOf(field, version))
  else {
    const frame = frameOf(field, version)
    for (const socket of server.clients) socket.send(frame)
  }
})
process.send?.(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
