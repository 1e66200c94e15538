import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../dev/ports.ts'
import { root, subgraphs } from '../../dev/subgraphs.ts'
import { copyOfProject } from './copy.ts'
import { placesFor } from './processes.ts'
import { until } from './until.ts'

export type DevCopy = {
  folder: string
  env: NodeJS.ProcessEnv
  /** The router's GraphQL address. */
  url: string
  /** Of puchiuser. */
  token: string
  /** Waits until it is said, after the last edit. */
  heard(what: RegExp): Promise<unknown>
  /** Changes a file of the copy; throws where that changes nothing. */
  edit(path: string, change: (text: string) => string): void
  close(): Promise<void>
}

/** A copy of the project in which `npm run dev` runs. */
export async function startDevCopy(): Promise<DevCopy> {
  const { folder, remove } = copyOfProject()
  for (const generated of globSync(['prisma/*/client', 'subgraphs/*/generated'], { cwd: root }))
    cpSync(join(root, generated), join(folder, generated), { recursive: true })
  const ports = await placesFor(subgraphs().map(({ name }) => name))
  const { NODE_ENV: _, RABBITMQ_URL: __, NODE_TEST_CONTEXT: ___, ...inherited } = process.env
  const env = { ...inherited, ...ports, IDENTITY_PORT: String(await freePort()), DATA_DIR: `${folder}/.data` }
  const child = spawn(process.execPath, ['dev/start.ts', '--watch'], {
    ...{ env, cwd: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  const heard = (what: RegExp) =>
    until(`that ${what} is said`, () => what.test(said), 60_000).catch((error: Error) => {
      throw new Error(`${error.message}, but:\n${said}`)
    })
  const close = async () => {
    child.kill('SIGTERM')
    await closed
    remove()
  }
  await heard(/Ctrl-C stops/).catch(async (error) => {
    await close()
    throw error
  })
  const [, token = ''] = /Bearer ([\w.-]+)/.exec(said) ?? []
  const url = `http://localhost:${ports['ROUTER_PORT']}/graphql`
  return {
    ...{ folder, env, url, token, heard, close },
    edit(path, change) {
      const before = readFileSync(join(folder, path), 'utf8')
      const text = change(before)
      if (text === before) throw new Error(`${path} is as it was.`)
      said = ''
      writeFileSync(join(folder, path), text)
    },
  }
}

/** The SDL of user with one more field on a learner, and its resolver. */
export const motto = {
  schema: 'schema/user.graphql',
  inSchema: (text: string) =>
    text.replace(/^(type User [^{]*\{)/m, '$1\n  "What drives them."\n  motto: String'),
  resolvers: 'subgraphs/user/graphql/user.ts',
  inResolvers: (text: string) =>
    text.replace('    __resolveReference', "    motto: () => 'Học nữa',\n    __resolveReference"),
}
