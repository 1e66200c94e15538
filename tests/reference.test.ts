import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { namedVariables, readVariables, toldVariables } from '../dev/docs/environment-list.ts'
import { schemaPage } from '../dev/docs/schema-page.ts'
import { stalePages } from '../dev/docs.ts'
import { root, subgraphs } from '../dev/subgraphs.ts'

test('the reference pages say what the code says', async () => {
  assert.deepEqual(await stalePages(), [], 'Run: npm run docs')
})

test('every variable of .env.example is read by something', async () => {
  const read = new Set([...(await readVariables()), ...namedVariables()].map(({ name }) => name))
  const composed = globSync('{docker-compose*.yml,dev/**/*.ts}', { cwd: root }).map((file) =>
    readFileSync(`${root}/${file}`, 'utf8'),
  )
  const unread = toldVariables().filter(
    ({ name }) =>
      !read.has(name) && !/^SUBGRAPH_/.test(name) && !composed.some((text) => text.includes(name)),
  )
  assert.deepEqual(
    unread.map(({ name }) => name),
    [],
  )
})

test('a comment of .env.example tells of the lines below it, up to the next one', () => {
  const told = toldVariables('# --- a ---\n# Old.\n\n# One,\n# and more.\nA=1\nB=\n# Two.\nC=x=y\n\nD=\n')
  assert.deepEqual(
    told.map(({ name, section, example, meaning }) => [name, section, example, meaning]),
    [
      ['A', 'a', '1', 'One, and more.'],
      ['B', 'a', '', 'One, and more.'],
      ['C', 'a', 'x=y', 'Two.'],
      ['D', 'a', '', ''],
    ],
  )
})

test('the schema page names what a field needs and who answers it', () => {
  const page = schemaPage(`
    type Query @join__type(graph: A) @join__type(graph: B) {
      "Seen by some." a(first: Int! = 3): [String!] @join__field(graph: A) @requiresScopes(scopes: [["x:read", "y"], ["z"]])
      b: Int @deprecated(reason: "Ask a") @authenticated
    }`)
  const text = page.replaceAll('`', '')
  assert.match(text, /\| a\(first: Int! = 3\) \| \[String!\] \| Seen by some\. \| x:read, y or z \| a \|/)
  assert.match(text, /\| b \| Int \| Deprecated: Ask a\. \| authenticated \| a, b \|/)
})

// Of the compositions in use (Apollo's, Cosmo's, Hive's), Hive's knows no version after this one.
test('each schema asks for a version of Federation that other compositions know, too', () => {
  const asked = subgraphs().map(({ name, sdl }) => [name, Number(/federation\/v2\.(\d+)/.exec(sdl)?.[1])])
  assert.deepEqual(
    asked.filter(([, minor]) => !(Number(minor) <= 9)),
    [],
  )
})
