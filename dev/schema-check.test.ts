import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { check, report } from './schema-check.ts'
import { root, subgraphs } from './subgraphs.ts'

type Edit = [file: string, was: string | RegExp, is: string]

/** What `use` makes of a copy of the project with some edits. */
async function edited<T>(edits: Edit[], use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-schema-'))
  try {
    for (const part of ['rover.yaml', 'schema/operations', ...subgraphs().map(({ file }) => file)])
      cpSync(join(root, part), join(folder, part), { recursive: true })
    for (const [name, was, is] of edits) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      const text = was === '' ? '' : readFileSync(path, 'utf8')
      if (was !== '')
        assert.match(text, was instanceof RegExp ? was : new RegExp(was), `${name} lacks ${was}`)
      writeFileSync(path, was === '' ? is : text.replace(was, is))
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const checked = (...edits: Edit[]) => edited(edits, async (folder) => report(await check(folder)))

/** The same, as the command line has it. */
const command = (...edits: Edit[]) =>
  edited(edits, (folder) => {
    const args = [`${root}/dev/schema-check.ts`, '--project', folder]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    return { status, said: stdout + stderr }
  })

const user = 'schema/user.graphql'

test('the schema as it is breaks nobody', async () => {
  const { status, said } = await command()
  assert.equal(status, 0, said)
})

test('a new field is accepted', async () => {
  const { status, said } = await checked([
    user,
    '  username: String\n',
    '  username: String\n  nickname: String\n',
  ])
  assert.equal(status, 0, said)
  assert.match(said, /schema\/user\.graphql:\d+: safe: Field 'nickname' was added/)
})

test('a field that operations ask for may not go', async () => {
  const { status, said } = await checked([user, /\n {2}"[^"]*"\n {2}username: String\n/, '\n'])
  assert.equal(status, 1, said)
  assert.match(
    said,
    /schema\/user\.graphql:\d+: error: breaking: Field 'username' was removed.*used at schema\//,
  )
  assert.match(said, /schema\/operations\/viewer\.graphql:\d+: error: Cannot query field "username"/)
})

test('a field that becomes nullable breaks whoever reads it, although every operation still validates', async () => {
  const { status, said } = await command([user, '  rank: Int!', '  rank: Int'])
  assert.equal(status, 1, said)
  assert.match(said, /error: breaking: Field 'LeaderboardEntry.rank' changed type.*leaderboard\.graphql:\d+/)
})

test('an input that demands more breaks whoever sends it', async () => {
  const { status, said } = await checked([
    user,
    /input RecordProgressInput \{/,
    'input RecordProgressInput {\n  device: String!',
  ])
  assert.equal(status, 1, said)
  assert.match(said, /error: breaking: .*'device'.*record-progress\.graphql:\d+/)
})

test('what nobody is known to use may go, with a warning', async () => {
  const { status, said } = await checked([user, /\n {2}"[^"]*"\n {2}lessonProgress\(.*\n/, '\n'])
  assert.equal(status, 0, said)
  assert.match(said, /schema\/user\.graphql:\d+: warning: breaking, but unused: Field 'lessonProgress'/)
})

test('an operation that was released counts also where its file is gone', async () => {
  const { status, said } = await checked(
    ['schema/operations/leaderboard.graphql', /[\s\S]*/, 'query Leaderboard { __typename }'],
    [user, /\n {2}"[^"]*"\n {2}leaderboard\(.*\n/, '\n'],
  )
  assert.equal(status, 1, said)
  assert.match(said, /released schema\/operations\/leaderboard\.graphql:\d+: error: Cannot query field/)
})

test('a new enum value is dangerous: a warning, not a refusal', async () => {
  const { status, said } = await checked([user, '  DARK\n', '  DARK\n  SEPIA\n'])
  assert.equal(status, 0, said)
  assert.match(said, /schema\/user\.graphql:\d+: warning: dangerous: .*SEPIA/)
})

test('who may ask for a field is part of what it promises', async () => {
  const auth = 'schema/auth.graphql'
  const tighter = await checked([
    auth,
    'logout: LogoutPayload @authenticated',
    'logout: LogoutPayload @requiresScopes(scopes: [["x:y"]])',
  ])
  assert.equal(tighter.status, 1, tighter.said)
  assert.match(
    tighter.said,
    /schema\/auth\.graphql:36: error: breaking: some may no longer: 'Mutation\.logout'.*used at schema\/operations/,
  )
  const looser = await checked([auth, 'logout: LogoutPayload @authenticated', 'logout: LogoutPayload'])
  assert.equal(looser.status, 0, looser.said)
  assert.match(
    looser.said,
    /schema\/auth\.graphql:36: warning: dangerous: others may see it: 'Mutation\.logout'/,
  )
})

test('an operation that a frontend contributes counts as ours do', async () => {
  const { status, said } = await checked([
    'schema/clients/web/profile.graphql',
    '',
    'query Gone {\n  me {\n    shoeSize\n  }\n}\n',
  ])
  assert.equal(status, 1, said)
  assert.match(said, /clients\/web\/profile\.graphql:3: error: Cannot query field "shoeSize"/)
})

test('a name in the wrong case and a root field without words are refused', async () => {
  const { status, said } = await checked([user, 'type Query {', 'type Query {\n  Shoe_size: Int'])
  assert.equal(status, 1, said)
  assert.match(said, /schema\/user\.graphql:\d+: error: .*Shoe_size.*camelCase/)
  assert.match(said, /schema\/user\.graphql:\d+: error: Description is required/)
})

test('what does not parse or compose is 2, with file and line', async () => {
  const broken = await command([user, 'type Query {', 'type Query {{'])
  assert.equal(broken.status, 2, broken.said)
  assert.match(broken.said, /schema\/user\.graphql:\d+: Syntax Error/)
  const clash = await command([user, '  id: ID!\n', '  id: Int!\n'])
  assert.equal(clash.status, 2, clash.said)
  assert.match(clash.said, /schema\/\w+\.graphql:\d+: FIELD_TYPE_MISMATCH/)
})
