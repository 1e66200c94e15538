// One variant of auth, or user, in a process of its own: answers requests, and its own CPU time when asked over IPC.

import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { start } from '@puchi/auth/main'
import { openDatabase } from '@puchi/auth/store/database'
import { createEmbeddedBroker } from '@puchi/platform/broker/embedded/broker'
import { createEmbeddedHub } from '@puchi/platform/broker/embedded/hub'
import { createLog } from '@puchi/platform/log'
import { subgraphSchema } from '@puchi/platform/subgraph/schema'
import { sdlOf } from '@puchi/schema/sdl'
import { start as startUser } from '@puchi/user/main'
import { noteStatements } from './statements.ts'

export type Variant = 'ours' | 'stock, findUnique' | 'stock, findFirst'

const variant = process.argv[2] as Variant | 'user'
const databaseUrl = process.env['AUTH_DATABASE_URL'] ?? ''

async function startOurs(): Promise<string> {
  const hub = createEmbeddedHub({ folder: process.env['BROKER_FOLDER'] ?? '' })
  const { url } = await start(process.env, (asked) => createEmbeddedBroker({ ...asked, hub }))
  return url
}

/** The same SDL on what Apollo's documentation begins with, and Prisma's usual call for each reference. */
async function startStock(): Promise<string> {
  const { user } = openDatabase(databaseUrl, createLog('bench', 'error')).prisma
  const include = { roles: { select: { roleName: true } } }
  const find = (id: string) =>
    variant === 'stock, findUnique'
      ? user.findUnique({ where: { id }, include })
      : user.findFirst({ where: { id }, include })
  const User = {
    __resolveReference: ({ id }: { id: string }) => find(id),
    roles: ({ roles }: { roles: { roleName: string }[] }) => roles.map(({ roleName }) => roleName),
  }
  const sdl = sdlOf('auth')
  const schema = subgraphSchema({ sdl, resolvers: { User } })
  const server = new ApolloServer({ schema })
  return (await startStandaloneServer(server, { listen: { port: 0 } })).url
}

const starts = { user: async () => (await startUser(process.env)).url, ours: startOurs }
const url = await (variant === 'user' || variant === 'ours' ? starts[variant] : startStock)()
let noting: ReturnType<typeof noteStatements> | undefined

process.on('message', (asked) => {
  if (asked === 'note') noting = noteStatements()
  process.send?.(asked === 'noted' ? noting?.stop() : process.cpuUsage())
})
process.on('disconnect', () => process.exit())
process.send?.({ url })
