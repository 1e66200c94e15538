import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { denied } from '@puchi/platform/access/access'
import { accessRules } from '@puchi/platform/access/rules'
import { credentialHeader } from '@puchi/platform/identity/caller'
import { sign } from '@puchi/platform/identity/signature'
import { bareViewer } from '@puchi/platform/identity/viewer'
import {
  buildASTSchema,
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isNonNullType,
  isOutputType,
  parse,
} from 'graphql'
import { root } from '../../dev/subgraphs.ts'
import type { Answered } from '../harness/ask.ts'
import { send } from '../harness/caller.ts'
import { type Asker, askers, type Cast, people, startCast } from './cast.ts'
import { firstFrame } from './first-frame.ts'
import { type Asking, appearing, fieldsOfUser, openRoots } from './law.ts'
import { everythingOf, fieldsOf, reachable, walkAnswer, wholeRoot } from './walk.ts'

const sdl = readFileSync(`${root}/schema/supergraph.graphql`, 'utf8')
const rules = accessRules(parse(sdl), buildASTSchema(parse(sdl), { assumeValidSDL: true }))

type Json = Record<string, unknown>
let cast: Cast
let schema: GraphQLSchema
/** Of everybody what they see of themselves. */
const truth = new Map<string, Json>()
before(async () => {
  cast = await startCast()
  const { body } = await cast.stack.ask(getIntrospectionQuery())
  schema = buildClientSchema(body.data)
  for (const { id } of people) {
    const query = wholeRoot(schema, args, 'Query.me')
    const { body: own } = await cast.askAs(id, query)
    assert.equal(own.errors, undefined, JSON.stringify(own.errors?.[0]))
    truth.set(id, own.data.me)
  }
})
after(() => cast?.close())

const seen = { asked: new Set<string>(), shown: new Set<string>(), withheld: new Set<string>() }

/** What fields and roots are asked with that demand it. Whoever adds such a field adds it here. */
const args: Record<string, string> = {
  'Query.leaderboard': '(period: ALL_TIME, first: 20)',
  'User.lessonProgress': '(lessonId: "lesson_1")',
  'User.following': '(first: 3)',
  'User.followers': '(first: 3)',
  'Subscription.progressUpdated': '(lessonId: "lesson_1")',
  'Subscription.leaderboardUpdated': '(period: ALL_TIME)',
}
const everyone: Record<string, () => string[]> = {
  'Query.user': () => people.map(({ id }) => `(id: "${id}")`),
  'Query.userByUsername': () => people.map(({ id }) => `(username: "${id.slice(5)}")`),
  'Query.searchUsers': () => people.map(({ id }) => `(text: "${id.slice(5)}")`),
}

/** Holds every user of an answer against the law. */
function check(asking: Asking, path: string, coordinate: string, value: unknown): void {
  const [root = '', name = ''] = coordinate.split('.')
  const type = coordinate === 'Query._entities' ? schema.getType('User') : fieldsOf(schema, root)[name]?.type
  assert(isOutputType(type))
  const user = (found: Json, via: string) => {
    const person = people.find(({ id }) => id === found['id'])
    if (!person) return
    assert(appearing[via]?.(asking, person) ?? true, `${path}: ${person.id} must not appear`)
    for (const [field, rule] of Object.entries(fieldsOfUser)) {
      if (!(field in found)) continue
      const about: string = `${path}, ${via}: ${field} of ${person.id}`
      const own: unknown = truth.get(person.id)?.[field] ?? null
      if (!rule(asking, person)) {
        assert.equal(found[field], null, about)
        if (own !== null) seen.withheld.add(field)
      } else if (field !== 'followedByViewer') {
        assert.equal(found[field] === null, own === null, about)
        if (own !== null) seen.shown.add(field)
      } else if (typeof found[field] === 'boolean') seen.shown.add(field)
    }
  }
  const field = (at: string) => void seen.asked.add(at)
  seen.asked.add(coordinate)
  walkAnswer(schema, { user, field }, { value, type, via: coordinate })
}

const viewerOf = (asking: Asking) =>
  asking && { ...bareViewer({ userId: asking.userId, sessionId: 'sess_x' }), ...asking }
const denialOf = (coordinate: string, asking: Asking) => denied(rules.get(coordinate) ?? [], viewerOf(asking))

/** Asks a root field for everything below it; whoever may not gets null and the code, and nothing else. */
async function ask(asker: Asker, coordinate: string, given?: string): Promise<Json | null> {
  const asking: Asking = askers[asker]
  const [rootName = '', name = ''] = coordinate.split('.')
  const query = wholeRoot(schema, args, coordinate, given)
  // What everybody may subscribe to is executed once, as nobody.
  const shown: Asking = rootName === 'Subscription' && !rules.has(coordinate) ? null : asking
  const answer =
    rootName === 'Subscription'
      ? await firstFrame(cast.stack.url, query, asking && (await cast.tokenOf(asking.userId)))
      : (await cast.askAs(asking?.userId ?? null, query)).body
  const codes = (answer.errors ?? []).map(({ extensions }) => extensions['code'])
  const denial = denialOf(coordinate, asking)
  const about = `${coordinate}${given ?? ''} asked by ${asker}: ${JSON.stringify(answer.errors?.[0])}`
  assert.deepEqual(codes, denial ? [denial] : [], about)
  if (denial) assert.equal(answer.data?.[name] ?? null, null)
  else check(shown, asker, coordinate, answer.data?.[name])
  return answer.data?.[name] ?? null
}

test('A14 every root field is open by name or has a directive, and what has one may be null', () => {
  for (const name of ['Query', 'Mutation', 'Subscription'])
    for (const field of Object.values(fieldsOf(schema, name))) {
      const coordinate = `${name}.${field.name}`
      assert.equal(openRoots.includes(coordinate), !rules.has(coordinate), coordinate)
      assert(!rules.has(coordinate) || !isNonNullType(field.type), `${coordinate} must be nullable`)
    }
})

test('A14 every field of a user has its rule, and may be null unless everybody sees it', () => {
  assert.deepEqual(Object.keys(fieldsOf(schema, 'User')).toSorted(), Object.keys(fieldsOfUser).toSorted())
  for (const { name, type } of Object.values(fieldsOf(schema, 'User')))
    assert(name === 'id' || !isNonNullType(type), `User.${name} must be nullable`)
})

test('A14 what is not a user’s is reached from a root or a user alone, so a rule stands before it', () => {
  for (const coordinate of reachable(schema)) {
    const [type = '', name = ''] = coordinate.split('.')
    const found = fieldsOf(schema, type)[name]
    assert(found)
    const inner = getNamedType(found.type).name
    if (['Session', 'Preferences', 'Onboarding', 'AuditEntry', 'Role', 'Permission'].includes(inner))
      assert(
        /^(User|Query|Mutation)$/.test(type) || /(Payload|Edge)$/.test(type),
        `${coordinate} leads to ${inner}`,
      )
  }
})

describe('A14 each query, with everything below it, for each role', () => {
  for (const asker of Object.keys(askers) as Asker[])
    test(`asked by ${asker}`, async () => {
      for (const name of Object.keys(fieldsOf(schema, 'Query')))
        for (const given of everyone[`Query.${name}`]?.() ?? [undefined])
          await ask(asker, `Query.${name}`, given)
    })
})

describe('A14 the first frame of each subscription, for each role', () => {
  for (const asker of Object.keys(askers) as Asker[])
    test(`asked by ${asker}`, async () => {
      for (const name of Object.keys(fieldsOf(schema, 'Subscription')))
        await ask(asker, `Subscription.${name}`)
    })
})

/** Asks a subgraph itself, as our router does or as another one for the user of a token. */
async function askSubgraph(name: string, asking: Asking, query: string, way: 'signed' | 'credential') {
  const { env, subgraphUrls, credential } = cast.stack
  const body = JSON.stringify({ query })
  const headers: Record<string, string> =
    way === 'signed'
      ? sign(String(env['ROUTER_SECRETS']), { viewer: viewerOf(asking) }, { path: '/graphql', body })
      : { [credentialHeader]: credential }
  if (way === 'credential' && asking) headers['authorization'] = `Bearer ${await cast.tokenOf(asking.userId)}`
  const { status, json } = await send(subgraphUrls[name] ?? '', { body, headers })
  assert.equal(status, 200)
  return json() as Answered['body']
}

describe('A12 whoever has a router’s credential learns of somebody else’s id what the law allows, and no more', () => {
  for (const name of ['auth', 'user'])
    for (const asker of Object.keys(askers) as Asker[])
      test(`${name} itself, asked for ${asker}`, async () => {
        const own = buildSubgraphSchema(parse(readFileSync(`${root}/schema/${name}.graphql`, 'utf8')))
        const representations = people.map(({ id }) => `{ __typename: "User", id: "${id}" }`).join()
        const everything = everythingOf(own, args, { type: 'User' })
        const query = `{ _entities(representations: [${representations}]) { ... on User ${everything} } }`
        for (const way of ['signed', 'credential'] as const) {
          const { data, errors } = await askSubgraph(name, askers[asker], query, way)
          assert.equal(errors, undefined, JSON.stringify(errors?.[0]))
          assert.equal(data._entities.length, people.length)
          check(askers[asker], `${name} by ${way}`, 'Query._entities', data._entities)
        }
      })
  for (const asker of Object.keys(askers) as Asker[])
    test(`what takes a permission is refused by auth itself, asked for ${asker}`, async () => {
      for (const [field, below] of [
        ['users', '{ edges { node { email } } }'],
        ['auditLog', '{ edges { node { actor { email } } } }'],
        ['roles', '{ name }'],
        ['permissions', '{ name }'],
      ])
        for (const way of ['signed', 'credential'] as const) {
          const { data, errors } = await askSubgraph('auth', askers[asker], `{ ${field} ${below} }`, way)
          const denial = denialOf(`Query.${field}`, askers[asker])
          const codes = errors?.map(({ extensions }) => extensions['code'])
          assert.deepEqual(
            [codes, data[field ?? ''] === null],
            denial ? [[denial], true] : [undefined, false],
          )
        }
    })
})

/** Each mutation as somebody who may; those who may not are tried first with the same. */
const mutations: [name: string, by: Asker, given: () => string | Promise<string>][] = [
  ['login', 'learner', () => ''],
  ['refreshToken', 'anonymous', () => `(refreshToken: "${cast.refreshTokenOf('user_puchiuser')}")`],
  ['completeOnboarding', 'learner', () => '(input: { whyLearn: "Family" })'],
  ['updateProfile', 'learner', () => '(input: { bio: "Hi" })'],
  ['setAvatar', 'learner', () => '(url: "https://a.example/x")'],
  ['updatePreferences', 'learner', () => '(input: { theme: DARK })'],
  ['mergeGuestPreferences', 'learner', () => '(input: { locale: en })'],
  ['recordProgress', 'learner', () => `(input: { ${report} })`],
  ['follow', 'learner', () => '(userId: "user_tuanbui")'],
  ['follow', 'learner', () => '(userId: "user_anpham")'],
  ['unfollow', 'learner', () => '(userId: "user_minhnguyen")'],
  ['assignRole', 'who manages roles', () => '(userId: "user_tuanbui", role: "teacher")'],
  ['revokeRole', 'who manages roles', () => '(userId: "user_tuanbui", role: "teacher")'],
  ['createRole', 'who manages roles', () => '(input: { name: "extra" })'],
  ['setRolePermissions', 'who manages roles', () => '(role: "extra", permissions: [])'],
  ['deleteRole', 'who manages roles', () => '(name: "extra")'],
  ['revokeSession', 'learner', async () => `(sessionId: "${await cast.anotherSession('user_puchiuser')}")`],
  ['revokeOtherSessions', 'learner', () => ''],
  ['suspendUser', 'who manages accounts', () => '(userId: "user_huongle")'],
  ['reinstateUser', 'who manages accounts', () => '(userId: "user_huongle")'],
  ['logout', 'who manages accounts', () => ''],
  ['deleteAccount', 'admin', () => '(confirm: "no")'],
  ['deleteAccount', 'learner', () => '(confirm: "DELETE")'],
]
const report = 'lessonId: "walked", percent: 100, correct: 1, total: 1, seconds: 9, idempotencyKey: "walk"'

test('A14 each mutation, with everything that it answers, for each role', async () => {
  const names = new Set(mutations.map(([name]) => name))
  assert.deepEqual([...names].toSorted(), Object.keys(fieldsOf(schema, 'Mutation')).toSorted())
  for (const [name, by, given] of mutations) {
    const coordinate = `Mutation.${name}`
    const asked = await given()
    for (const asker of Object.keys(askers) as Asker[])
      if (denialOf(coordinate, askers[asker])) await ask(asker, coordinate, asked)
    if (asked === '(confirm: "no")') continue
    await ask(by, coordinate, asked)
  }
})

test('A14 no field was left out: each was asked for, shown to those who may see it and withheld from the others', () => {
  const missing = reachable(schema).filter((coordinate) => !seen.asked.has(coordinate))
  assert.deepEqual(missing, [])
  const names = Object.keys(fieldsOfUser)
  assert.deepEqual(
    names.filter((name) => !seen.shown.has(name)),
    [],
  )
  const open = ['id', 'username', 'avatarUrl', 'followedByViewer']
  assert.deepEqual(
    names.filter((name) => !seen.withheld.has(name) && !open.includes(name)),
    [],
  )
})
