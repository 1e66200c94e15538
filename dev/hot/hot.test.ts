import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { asker } from '../../tests/harness/ask.ts'
import { type DevCopy, motto, startDevCopy } from '../../tests/harness/dev-copy.ts'
import { until } from '../../tests/harness/until.ts'

let copy: DevCopy
before(async () => {
  copy = await startDevCopy()
})
after(() => copy.close())

type Frame = { profileUpdated: { version: number; user: { bio: string | null } } }

/** A learner's profile over one socket: what it told, and how often the socket was lost. */
function watchProfile(): { client: Client; frames: Frame[]; lost: () => number } {
  const frames: Frame[] = []
  let lost = 0
  const client = createClient({
    url: copy.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${copy.token}` },
    on: {
      closed() {
        lost += 1
      },
    },
  })
  const query = 'subscription { profileUpdated { version user { bio } } }'
  client.subscribe<Frame>(
    { query },
    { next: ({ data }) => data && frames.push(data), error() {}, complete() {} },
  )
  return { client, frames, lost: () => lost }
}

const mottoOf = async () => {
  const { body } = await asker(copy.url)('{ me { motto } }', { token: copy.token })
  return body.data?.me?.motto
}

test('a change of schema and resolvers is served at once, and no socket of a client is lost', async () => {
  const { client, frames, lost } = watchProfile()
  await until('a first frame', () => frames.length > 0)
  copy.edit(motto.schema, motto.inSchema)
  await copy.heard(/^user, the supergraph: taken up in [\d.]+ s\.$/m)
  copy.edit(motto.resolvers, motto.inResolvers)
  await copy.heard(/^user: taken up in [\d.]+ s\.$/m)
  await until('the new resolver answers', async () => (await mottoOf()) === 'Học nữa')

  const bio = 'Đọc báo mỗi ngày.'
  await asker(copy.url)('mutation ($bio: String) { updateProfile(input: { bio: $bio }) { user { id } } }', {
    token: copy.token,
    variables: { bio },
  })
  await until('the socket tells of it', () => frames.at(-1)?.profileUpdated.user.bio === bio)
  assert.equal(lost(), 0)
  await client.dispose()
})

test('what is broken is told with its place, and what ran before goes on', async () => {
  copy.edit(motto.schema, (text) => text.replace('motto: String', 'motto: Strong'))
  await copy.heard(/Not taken up.*schema\/user\.graphql:\d+:.*Strong/s)
  copy.edit(motto.resolvers, (text) => `${text}\nexport const = 1\n`)
  await copy.heard(/Not taken up/)
  assert.equal(await mottoOf(), 'Học nữa')
})

test('a changed operation has the client’s files written anew; one that does not fit is told with its place', async () => {
  const operation = 'schema/operations/viewer.graphql'
  const documents = () => readFileSync(join(copy.folder, 'schema/client/documents.ts'), 'utf8')
  assert.doesNotMatch(documents(), /learnersName/)
  copy.edit(operation, (text) => text.replace('username', 'learnersName: username'))
  await copy.heard(/^schema\/client: documents\.ts, persisted-documents\.json written anew\.$/m)
  assert.match(documents(), /learnersName/)
  copy.edit(operation, (text) => text.replace('learnersName: username', 'nickname'))
  await copy.heard(
    /^schema\/client stays as it was: .*\n *schema\/operations\/viewer\.graphql:\d+: .*nickname/m,
  )
  copy.edit(operation, (text) => text.replace('nickname', 'nickname {'))
  await copy.heard(/^schema\/client stays as it was: schema\/operations\/viewer\.graphql:\d+: Syntax/m)
  assert.match(documents(), /learnersName/)
  assert.equal(await mottoOf(), 'Học nữa')
})
