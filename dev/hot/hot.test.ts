import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { asker } from '../../tests/harness/ask.ts'
import { copyOfProject } from '../../tests/harness/copy.ts'
import { placesFor } from '../../tests/harness/processes.ts'
import { until } from '../../tests/harness/until.ts'
import { freePort } from '../ports.ts'
import { root, subgraphs } from '../subgraphs.ts'

const { folder, remove } = copyOfProject()
for (const generated of globSync(['prisma/*/client', 'subgraphs/*/generated'], { cwd: root }))
  cpSync(join(root, generated), join(folder, generated), { recursive: true })

let said = ''
let token = ''
let url = ''
let stop: () => Promise<void>
before(async () => {
  const ports = await placesFor(subgraphs().map(({ name }) => name))
  const { NODE_ENV: _, RABBITMQ_URL: __, ...inherited } = process.env
  const env = { ...inherited, ...ports, IDENTITY_PORT: String(await freePort()), DATA_DIR: `${folder}/.data` }
  const child = spawn(process.execPath, ['dev/start.ts', '--watch'], {
    env,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'close')
  }
  await heard(/Ctrl-C stops/)
  token = /Bearer ([\w.-]+)/.exec(said)?.[1] ?? ''
  url = `http://localhost:${ports['ROUTER_PORT']}/graphql`
})
after(async () => {
  await stop?.()
  remove()
})

const heard = (what: RegExp) =>
  until(`that ${what} is said`, () => what.test(said), 25_000).catch((error: Error) => {
    throw new Error(`${error.message}, but:\n${said}`)
  })

const edit = (path: string, change: (text: string) => string): void => {
  const file = join(folder, path)
  const text = change(readFileSync(file, 'utf8'))
  assert.notEqual(text, readFileSync(file, 'utf8'), path)
  said = ''
  writeFileSync(file, text)
}

type Frame = { profileUpdated: { version: number; user: { bio: string | null } } }

/** A learner's profile over one socket: what it told, and how often the socket was lost. */
function watchProfile(): { client: Client; frames: Frame[]; lost: () => number } {
  const frames: Frame[] = []
  let lost = 0
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    on: { closed: () => (lost += 1) },
  })
  const query = 'subscription { profileUpdated { version user { bio } } }'
  client.subscribe<Frame>(
    { query },
    { next: ({ data }) => data && frames.push(data), error() {}, complete() {} },
  )
  return { client, frames, lost: () => lost }
}

const schema = 'schema/user.graphql'
const resolver = 'subgraphs/user/graphql/user.ts'
const withMotto = (text: string) =>
  text.replace(/^(type User [^{]*\{)/m, '$1\n  "What drives them."\n  motto: String')
const resolved = (text: string) =>
  text.replace('    __resolveReference', "    motto: () => 'Học nữa',\n    __resolveReference")

test('a change of schema and resolvers is served at once, and no socket of a client is lost', async () => {
  const ask = asker(url)
  const { client, frames, lost } = watchProfile()
  await until('a first frame', () => frames.length > 0)

  edit(schema, withMotto)
  await heard(/^user, the supergraph: taken up in [\d.]+ s\.$/m)
  edit(resolver, resolved)
  await heard(/^user: taken up in [\d.]+ s\.$/m)
  const motto = async () => (await ask('{ me { motto } }', { token })).body.data?.me?.motto
  await until('the new resolver answers', async () => (await motto()) === 'Học nữa')

  const bio = 'Đọc báo mỗi ngày.'
  await ask('mutation ($bio: String) { updateProfile(input: { bio: $bio }) { user { id } } }', {
    token,
    variables: { bio },
  })
  await until('the socket tells of it', () => frames.at(-1)?.profileUpdated.user.bio === bio)
  assert.equal(lost(), 0)
  await client.dispose()
})

test('what is broken is told with its place, and what ran before goes on', async () => {
  const ask = asker(url)
  edit(schema, (text) => text.replace('motto: String', 'motto: Strong'))
  await heard(/Not taken up.*schema\/user\.graphql:\d+:.*Strong/s)
  edit(resolver, (text) => `${text}\nexport const = 1\n`)
  await heard(/Not taken up/)
  assert.equal((await ask('{ me { motto } }', { token })).body.data.me.motto, 'Học nữa')
})
