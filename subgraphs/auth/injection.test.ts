import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createHub } from '@puchi/platform/live/hub'
import { subgraphSchema } from '@puchi/platform/subgraph/schema'
import { createTelemetry } from '@puchi/platform/telemetry'
import { sdlOf } from '@puchi/schema/sdl'
import { isFull } from '../../tests/faults/length.ts'
import { argumentSlots } from '../../tests/harness/argument-slots.ts'
import { asOwner, authOn } from '../../tests/harness/auth-database.ts'
import { viewerOf } from '../../tests/harness/caller.ts'
import { databaseFor } from '../../tests/harness/database.ts'
import { executor } from '../../tests/harness/execute.ts'
import { welcome } from './domain/first-sight.ts'
import { type Context, contextFor } from './graphql/context.ts'
import { resolvers } from './graphql/resolvers.ts'

const url = await databaseFor('auth')
const auth = authOn(url)
after(auth.close)
before(() => welcome(auth.users, 'user_lan'))

const sdl = sdlOf('auth')
const schema = subgraphSchema({ sdl, resolvers })
const execute = executor<Context>('auth', resolvers)
const context = () =>
  contextFor(
    { ...auth, live: createHub(createTelemetry('test')) },
    viewerOf('user_lan', 'admin:users', 'admin:roles'),
    {
      ip: "'; DROP TABLE sessions; --",
      userAgent: "' OR '1'='1",
    },
  )

const harms = [
  "' OR '1'='1",
  "' OR 1=1 --",
  "'; DROP TABLE users; --",
  "'; DELETE FROM audit_log; --",
  "' UNION SELECT NULL,NULL,NULL --",
  "' UNION SELECT hash FROM refresh_tokens --",
  "') OR ('a'='a",
  "'; SELECT pg_sleep(5); --",
  "' AND 1=CAST((SELECT version()) AS int) --",
  "'||(SELECT current_user)||'",
  "'; COPY users TO PROGRAM 'id'; --",
  "'; UPDATE users SET status='ACTIVE'; --",
  "'; INSERT INTO user_roles VALUES ('user_lan','admin'); --",
  "' AND (SELECT count(*) FROM pg_tables)>0 --",
  "\\'; DROP TABLE roles; --",
  '$1; DROP TABLE roles',
  '$$; DROP TABLE roles; $$',
  "E'\\\\x27'",
  "user_lan'/*",
  '" OR ""="',
  '`id`',
  '{"$gt":""}',
  "%' OR email LIKE '%",
  '_%_\\%',
  '1; SET ROLE postgres',
]
const disguises: ((text: string) => string)[] = [
  (text) => text,
  (text) => `user_lan${text}`,
  (text) => text.replaceAll("'", 'ʼ'),
  (text) => text.replaceAll("'", "''"),
  (text) => text.replaceAll(' ', '/**/'),
  (text) => encodeURIComponent(text),
  (text) => `${text}\u00a0🦆`,
  (text) => text.toUpperCase(),
]
/** Two hundred strings; one of eight of them in the short form. */
const texts = harms
  .flatMap((text) => disguises.map((disguise) => disguise(text)))
  .filter((_, i) => isFull || i % 8 === Math.floor(i / 8) % 8)

let made = 0
const samples = {
  userId: 'user_lan',
  role: 'user_lan',
  permissions: [],
  // Of a role that is made: one that is taken would end it before the other arguments are looked at.
  get name() {
    made += 1
    return `made-${made}`
  },
}
const slots = argumentSlots(schema, samples, 'id')

const tables = ['users', 'user_roles', 'role_permissions', 'permissions', 'refresh_tokens']
const counts = async () =>
  Promise.all(tables.map(async (name) => (await asOwner(url, `SELECT FROM ${name}`)).length))

// What a client is told of text that it had better not sent; anything else would be ours to mend.
const fine = new Set([undefined, 'BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT', 'UNAUTHENTICATED', 'FORBIDDEN'])

test('D10 nothing that reads as SQL is run, whichever argument of auth’s it comes in', async () => {
  assert(slots.length > 20, slots.map(({ name }) => name).join())
  await execute('mutation { login { session { id } } }', context())
  const before = await counts()
  for (const { name, root, asked } of slots.filter(({ root }) => root !== 'Subscription'))
    for (const text of texts) {
      const { query, variables } = asked(text)
      const { codes, errors } = await execute(query, context(), variables)
      for (const code of codes)
        assert(fine.has(code as string), `${root} ${name} ${text}: ${JSON.stringify(errors)}`)
    }
  assert.deepEqual(await counts(), before)
  const strays = await asOwner(url, "SELECT FROM roles WHERE NOT system AND name !~ '^made-[0-9]+$'")
  assert.deepEqual(strays, [])
  assert.equal((await auth.users.byIds(['user_lan']))[0]?.roles.join(), 'user')
})

test('D10 nor what a router sends as somebody’s id', async () => {
  const before = await counts()
  const query =
    'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id email roles sessions { id } } } }'
  const r = texts.map((id) => ({ __typename: 'User', id }))
  const { data, codes } = await execute(query, context(), { r })
  assert.deepEqual(codes, [])
  const found = (data?.['_entities'] ?? []) as { email: unknown }[]
  assert.equal(found.length, texts.length)
  for (const { email } of found) assert.equal(email, null)
  assert.deepEqual(await counts(), before)
})
