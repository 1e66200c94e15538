import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewerOf } from '../../tests/harness/caller.ts'
import { executor } from '../../tests/harness/execute.ts'
import { portsInMemory } from '../../tests/harness/learning.ts'
import { type Learner, newLearner } from './domain/learner.ts'
import { defaultPreferences } from './domain/preferences.ts'
import { type Context, contextFor, type Ports } from './graphql/context.ts'
import { resolvers } from './graphql/resolvers.ts'

const execute = executor<Context>('user', resolvers)
const now = new Date('2026-11-25T03:00:00Z')
const seenByAll = { ...defaultPreferences, profilePublic: true }
const lan: Learner = { ...newLearner('user_lan'), username: 'lan', firstName: 'Lan', preferences: seenByAll }
const an: Learner = { ...newLearner('user_an'), username: 'an', bio: 'Xin chào', preferences: seenByAll }

/** A learner as `everything` asks for one. */
const asked = ({ id, username, firstName, lastName, avatarUrl, bio, preferences }: Learner) => {
  const { theme, locale, timezone, dailyGoalMinutes } = preferences
  const own = { theme, locale, timezone, dailyGoalMinutes }
  return { id, username, firstName, lastName, avatarUrl, bio, preferences: own }
}

const ask = (ports: Ports, viewerId: string | null, query: string, variables = {}) =>
  execute(query, contextFor(ports, viewerId ? viewerOf(viewerId) : null, now), variables)

const everything =
  '{ id username firstName lastName avatarUrl bio preferences { theme locale timezone dailyGoalMinutes } }'

test('me is the signed-in learner with their preferences, and null for an anonymous visitor', async () => {
  const ports = portsInMemory(lan, an)
  assert.deepEqual((await ask(ports, 'user_lan', `{ me ${everything} }`)).data, { me: asked(lan) })
  assert.deepEqual(await ask(ports, null, `{ me ${everything} }`), {
    data: { me: null },
    errors: [],
    codes: [],
  })
})

test('a learner whose row is not there yet has an id and the defaults', async () => {
  const { data } = await ask(portsInMemory(), 'user_new', `{ me ${everything} }`)
  assert.deepEqual(data, { me: asked(newLearner('user_new')) })
})

test('anybody finds a learner by id or username, without the preferences and without an error', async () => {
  const query = `{ user(id: "user_an") ${everything} userByUsername(username: "LAN") ${everything} }`
  for (const viewerId of [null, 'user_other']) {
    const { data, errors } = await ask(portsInMemory(lan, an), viewerId, query)
    assert.deepEqual(data, {
      user: { ...asked(an), preferences: null },
      userByUsername: { ...asked(lan), preferences: null },
    })
    assert.deepEqual(errors, [])
  }
})

test('nobody has that id, nobody has that username: null', async () => {
  const query = '{ user(id: "user_x") { id } userByUsername(username: "nobody") { id } }'
  const { data } = await ask(portsInMemory(lan), null, query)
  assert.deepEqual(data, { user: null, userByUsername: null })
})

test('entities come back in their order, an unknown one as its id', async () => {
  const query = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id username bio } } }'
  const r = ['user_an', 'user_x', 'user_lan'].map((id) => ({ __typename: 'User', id }))
  const { data } = await ask(portsInMemory(lan, an), null, query, { r })
  assert.deepEqual(data, {
    _entities: [
      { id: 'user_an', username: 'an', bio: 'Xin chào' },
      { id: 'user_x', username: null, bio: null },
      { id: 'user_lan', username: 'lan', bio: null },
    ],
  })
})

const updateProfile =
  'mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { user { username bio } } }'
const updatePreferences = `mutation($input: UpdatePreferencesInput!) {
  updatePreferences(input: $input) {
    preferences { theme dailyGoalMinutes } user { id preferences { theme } } } }`

test('a profile is changed by its owner: null clears, absent stays', async () => {
  const ports = portsInMemory(an)
  const { data } = await ask(ports, 'user_an', updateProfile, { input: { bio: null } })
  assert.deepEqual(data, { updateProfile: { user: { username: 'an', bio: null } } })
})

test('a taken username is USERNAME_TAKEN with a free suggestion', async () => {
  const { data, errors } = await ask(portsInMemory(lan, an), 'user_an', updateProfile, {
    input: { username: 'Lan' },
  })
  assert.deepEqual(data, { updateProfile: null })
  assert.equal(errors[0]?.extensions?.['code'], 'USERNAME_TAKEN')
  assert.equal(errors[0]?.extensions?.['suggestion'], 'lan-2')
})

test('preferences are changed in part, and null is no value', async () => {
  const ports = portsInMemory(lan)
  const { data } = await ask(ports, 'user_lan', updatePreferences, { input: { theme: 'DARK' } })
  const preferences = { theme: 'DARK', dailyGoalMinutes: 30 }
  assert.deepEqual(data, {
    updatePreferences: { preferences, user: { id: 'user_lan', preferences: { theme: 'DARK' } } },
  })
  const { errors } = await ask(ports, 'user_lan', updatePreferences, { input: { theme: null } })
  assert.deepEqual(errors[0]?.extensions?.['fields'], [{ field: 'theme', message: 'cannot be cleared' }])
})

test('an anonymous visitor changes nothing', async () => {
  const ports = portsInMemory()
  for (const mutation of [updateProfile, updatePreferences])
    assert.deepEqual((await ask(ports, null, mutation, { input: {} })).codes, ['UNAUTHENTICATED'])
  assert.deepEqual(ports.learners.all(), [])
})

test('G16 text that cannot be kept names its field, as a variable and written out', async () => {
  const ports = portsInMemory(lan)
  for (const firstName of ['a\0b', '\ud800', 'x'.repeat(50_000)]) {
    const { errors } = await ask(ports, 'user_lan', updateProfile, { input: { firstName } })
    assert.equal(errors[0]?.extensions?.['code'], 'BAD_USER_INPUT')
    assert.match(errors[0]?.message ?? '', /firstName/)
  }
  const written = 'mutation { updateProfile(input: { bio: "a\\u0000b" }) { user { bio } } }'
  assert.deepEqual((await ask(ports, 'user_lan', written)).codes, ['BAD_USER_INPUT'])
  assert.deepEqual(ports.learners.all(), [lan])
})
