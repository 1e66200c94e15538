import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { operations } from '../dev/client.ts'
import { root } from '../dev/subgraphs.ts'
import { type Stack, startProcesses, startStack } from './harness/stack.ts'

const textOf = (name: string): string => {
  const found = operations().find(({ file }) => file === `${name}.graphql`)
  assert(found, `schema/operations has no ${name}.graphql`)
  return found.text
}

const ways = [
  ['one process', startStack],
  ['separate processes', startProcesses],
] as const

for (const [way, start] of ways) {
  describe(`the supergraph as ${way}`, () => {
    let stack: Stack
    before(async () => {
      stack = await start()
    })
    after(() => stack.close())

    const askAs = async (username: string, operation: string, variables: Record<string, unknown> = {}) =>
      stack.ask(textOf(operation), { variables, token: await stack.token(username) })

    test('Viewer is answered from two databases through two subgraphs', async () => {
      const { status, body } = await askAs('puchiuser', 'viewer')
      assert.equal(status, 200)
      assert.deepEqual(body, {
        data: {
          me: {
            id: 'user_puchiuser',
            username: 'puchiuser',
            avatarUrl: body.data?.me.avatarUrl,
            email: 'puchiuser@example.com',
            emailVerified: true,
            roles: body.data?.me.roles,
            permissions: ['lesson:read', 'profile:read', 'profile:write'],
            preferences: { locale: 'vi', theme: 'SYSTEM', __typename: 'Preferences' },
            __typename: 'User',
          },
        },
      })
      assert(body.data?.me.roles.includes('user'))
    })

    test('Preferences and UpdatePreferences: a partial change stays changed', async () => {
      const input = { theme: 'DARK', dailyGoalMinutes: 45 }
      const changed = await askAs('minhnguyen', 'update-preferences', { input })
      assert.equal(changed.body.data?.updatePreferences.preferences.theme, 'DARK')
      const { body } = await askAs('minhnguyen', 'preferences')
      const { theme, dailyGoalMinutes, timezone } = body.data?.me.preferences ?? {}
      assert.deepEqual([theme, dailyGoalMinutes, timezone], ['DARK', 45, 'Asia/Ho_Chi_Minh'])
    })

    test('UpdateProfile changes what is given, clears null, and PublicProfile shows it to a guest', async () => {
      await askAs('thutran', 'update-preferences', { input: { privacy: { profilePublic: true } } })
      await askAs('thutran', 'update-profile', { input: { bio: 'Xin chào!', firstName: 'Thư' } })
      const { body } = await askAs('thutran', 'update-profile', { input: { bio: null } })
      assert.equal(body.data?.updateProfile.user.bio, null)
      const seen = await stack.ask(textOf('public-profile'), { variables: { username: 'ThuTran' } })
      assert.equal(seen.body.data?.userByUsername.firstName, 'Thư')
    })

    test('a taken username is refused with one that is free', async () => {
      const { body } = await askAs('anpham', 'update-profile', { input: { username: 'linhvo' } })
      const [error] = body.errors ?? []
      assert.equal(error?.extensions.code, 'USERNAME_TAKEN')
      const { body: next } = await askAs('anpham', 'update-profile', {
        input: { username: error?.extensions.suggestion },
      })
      assert.equal(next.errors, undefined)
    })

    test('without a token the viewer is anonymous: me is null, and changing is UNAUTHENTICATED', async () => {
      assert.deepEqual((await stack.ask(textOf('viewer'))).body, { data: { me: null } })
      const { status, body } = await stack.ask(textOf('update-profile'), {
        variables: { input: { bio: 'x' } },
      })
      assert.equal(status, 200)
      assert.equal(body.data?.updateProfile, null)
      assert.equal(body.errors?.[0]?.extensions.code, 'UNAUTHENTICATED')
    })

    test('an invalid token is 401, never silently anonymous', async () => {
      const { status, body } = await stack.ask(textOf('viewer'), { token: 'eyJhbGciOiJub25lIn0.e30.' })
      assert.equal(status, 401)
      assert.equal(body.errors?.[0]?.extensions.code, 'UNAUTHENTICATED')
      assert(body.errors?.[0]?.extensions.requestId)
    })

    test("nobody sees another learner's e-mail, status, roles or preferences, and nobody gets an error", async () => {
      const query =
        '{ userByUsername(username: "linhvo") { username email emailVerified status roles preferences { theme } } }'
      const { body } = await stack.ask(query, { token: await stack.token('puchiuser') })
      const hidden = { email: null, emailVerified: null, status: null, roles: null, preferences: null }
      assert.deepEqual(body, { data: { userByUsername: { username: 'linhvo', ...hidden } } })
    })

    test('G16 text that cannot be kept, and text that is too long, names its field', async () => {
      for (const firstName of ['a\0b', '\ud800', 'x'.repeat(50_000)]) {
        const { body } = await askAs('puchiuser', 'update-profile', { input: { firstName } })
        assert.equal(body.errors?.[0]?.extensions.code, 'BAD_USER_INPUT')
        assert.match(body.errors?.[0]?.extensions.fields?.[0]?.field ?? '', /firstName$/)
      }
    })

    test('one request id runs through the answer and the errors', async () => {
      const headers = { 'x-request-id': 'learner-request-1' }
      const answered = await stack.ask('{ nothing }', { headers })
      assert.equal(answered.headers.get('x-request-id'), 'learner-request-1')
      assert.equal(answered.body.errors?.[0]?.extensions.requestId, 'learner-request-1')
    })

    test('every metric that the services show stands in the reference', async () => {
      const page = readFileSync(`${root}/docs/metrics.md`, 'utf8')
      for (const adminUrl of stack.adminUrls) {
        const shown = await (await fetch(`${adminUrl}/metrics`)).text()
        const names = [...shown.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)
        const ours = names.filter((name) => !/^(process|nodejs)_/.test(name))
        assert(ours.length > 5)
        for (const name of ours) assert(page.includes(`\`${name}\``), `${name}, shown by ${adminUrl}`)
      }
    })
  })
}
