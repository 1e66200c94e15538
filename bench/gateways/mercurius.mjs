import gateway from '@mercuriusjs/gateway'
import fastify from 'fastify'

const app = fastify()
const services = Object.entries(JSON.parse(process.env.SUBGRAPHS)).map(([name, url]) => ({
  name,
  url,
  rewriteHeaders: ({ authorization }) => (authorization ? { authorization } : {}),
}))
await app.register(gateway, { jit: 1, gateway: { services } })
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
