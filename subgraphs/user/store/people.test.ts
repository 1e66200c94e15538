import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createLog } from '@puchi/platform/log'
import { databaseFor } from '../../../tests/harness/database.ts'
import { follow } from '../domain/follow.ts'
import { updatePreferences, welcome } from '../domain/learner.ts'
import { completeOnboarding } from '../domain/onboarding.ts'
import { updateProfile } from '../domain/profile.ts'
import { recordProgress } from '../domain/progress.ts'
import { checkedSearch, folded } from '../domain/search.ts'
import { openDatabase } from './database.ts'
import { personal } from './export.ts'
import { portsIn } from './ports.ts'

const database = openDatabase(await databaseFor('user'), createLog('user', 'silent'))
const ports = portsIn(database)
const { learners, follows, search, leaderboards } = ports
after(database.close)

const everybody = { first: 100, after: null }
const found = async (text: string, viewerId?: string): Promise<(string | null)[]> =>
  (await search.find(checkedSearch(text), viewerId, everybody)).items.map(({ node }) => node.username)

test('a search finds Quang and Quâng by quang, the username itself first', async () => {
  await updateProfile(learners, 'user_q1', { username: 'quangdo', firstName: 'Quang', lastName: 'Đỗ' })
  await updateProfile(learners, 'user_q2', { username: 'other', firstName: 'Quâng', lastName: 'Lê' })
  await updateProfile(learners, 'user_q3', { username: 'quang' })
  await updateProfile(learners, 'user_q4', { username: 'nobody', firstName: 'Lan' })
  assert.deepEqual(await found('quang'), ['quang', 'quangdo', 'other'])
  assert.deepEqual(await found('QUÂNG ĐỖ'), ['quangdo'])
  assert.deepEqual(await found('do quang'), ['quangdo'])
  assert.deepEqual(await found('q'), ['quang', 'quangdo'])
})

test('a search leaves out whoever does not want to be found, for everybody but themselves', async () => {
  await updateProfile(learners, 'user_shy', { username: 'shyperson' })
  await updatePreferences(learners, 'user_shy', { findableByUsername: false })
  assert.deepEqual(await found('shyperson'), [])
  assert.deepEqual(await found('shyperson', 'user_shy'), ['shyperson'])
})

test('D10 signs that mean something to SQL are looked for as they are', async () => {
  for (const text of ["' OR 1=1 --", '%', '_', '\\', '%%%', '___', "'; DROP TABLE learners; --", '$1'])
    assert.deepEqual(await found(text), [], text)
})

test('the database folds text just as the rules do', async () => {
  const letters = 'ĂÂĐÊÔƠƯăâđêôơưÁÀẢÃẠẮẰẲẴẶẤẦẨẪẬÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴñçß🦊'
  for (const text of [letters, letters.normalize('NFD')]) {
    const { rows } = await database.pool.query('SELECT folded($1) AS text', [text])
    assert.equal(rows[0].text, folded(text))
  }
})

test('rule 7: following twice is one follow, and is counted on both sides', async () => {
  for (const id of ['user_a', 'user_b']) await welcome(learners, id)
  const pair = { followerId: 'user_a', followedId: 'user_b' }
  await Promise.all(Array.from({ length: 10 }, () => follow(follows, pair)))
  const [a, b] = await ports.history.stats(['user_a', 'user_b'])
  assert.deepEqual([a?.following, b?.followers], [1, 1])
  await Promise.all(Array.from({ length: 3 }, () => follows.unfollow(pair)))
  const [later, last] = await ports.history.stats(['user_a', 'user_b'])
  assert.deepEqual([later?.following, last?.followers], [0, 0])
})

test('rule 7: nobody follows himself, and nobody follows nobody', async () => {
  await welcome(learners, 'user_alone')
  const by = (followedId: string) => follow(follows, { followerId: 'user_alone', followedId })
  await assert.rejects(by('user_alone'), /userId: must be somebody else/)
  await assert.rejects(by('user_unknown'), { extensions: { code: 'NOT_FOUND' } })
})

test('D6 learners who follow each other at once are all counted', async () => {
  const ids = Array.from({ length: 6 }, (_, i) => `user_ring${i}`)
  for (const id of ids) await welcome(learners, id)
  const pairs = ids.flatMap((followerId) =>
    ids.filter((id) => id !== followerId).map((followedId) => ({ followerId, followedId })),
  )
  await Promise.all(pairs.map((pair) => follow(follows, pair)))
  for (const { following, followers, gems } of await ports.history.stats(ids))
    assert.deepEqual([following, followers, gems], [5, 5, 10])
  const first = await follows.list('FOLLOWERS', 'user_ring0', { first: 3, after: null })
  const rest = await follows.list('FOLLOWERS', 'user_ring0', { first: 3, after: first.items[2]?.place ?? [] })
  assert.deepEqual([first.hasNext, rest.hasNext], [true, false])
  const listed = [...first.items, ...rest.items].map(({ node }) => node.id)
  assert.deepEqual(listed.sort(), ids.slice(1))
  assert.deepEqual(await follows.followedBy('user_ring0', ['user_ring1', 'user_a']), new Set(['user_ring1']))
})

test('rule 11: a board is read page by page, and ends', async () => {
  const now = new Date('2026-11-25T03:00:00Z')
  for (const [i, correct] of [9, 7, 7, 3].entries()) {
    const learnerId = `user_board${i}`
    await welcome(learners, learnerId)
    const report = { lessonId: 'l', percent: 100, correct, total: 10, seconds: 1, idempotencyKey: 'k' }
    await recordProgress(ports.book, { learnerId, now }, report)
  }
  const top = await leaderboards.part('week:2026-11-23', { first: 3, after: null })
  assert.deepEqual(
    top.items.map(({ node }) => [node.learner.id, node.xp]),
    [
      ['user_board0', 9],
      ['user_board1', 7],
      ['user_board2', 7],
    ],
  )
  const rest = await leaderboards.part('week:2026-11-23', { first: 3, after: top.items[1]?.place ?? [] })
  assert.deepEqual([rest.first, rest.items.length, rest.hasNext], [{ above: 1, equal: 2 }, 2, false])
  assert.deepEqual(await leaderboards.standing('week:2026-11-23', 'user_a'), {
    xp: 0,
    place: { above: 4, equal: 0 },
  })
})

test('onboarding is completed once and can be corrected', async () => {
  const first = new Date('2026-11-25T03:00:00Z')
  const at = (now: Date) => ({ learnerId: 'user_new', now })
  await completeOnboarding(learners, at(first), {
    ageRange: 'AGE_25_34',
    whyLearn: 'Family',
    level: 'BEGINNER',
  })
  await completeOnboarding(learners, at(new Date()), { whyLearn: null, howHeard: 'A friend' })
  assert.deepEqual((await learners.byIds(['user_new']))[0]?.onboarding, {
    ageRange: 'AGE_25_34',
    howHeard: 'A friend',
    whyLearn: null,
    level: 'BEGINNER',
    completedAt: first,
  })
})

test('a change of profile or preferences is told beside, with what stands now', async () => {
  await updateProfile(learners, 'user_told', { username: 'told', bio: 'Xin chào' })
  await updatePreferences(learners, 'user_told', { theme: 'DARK', promotions: true })
  const { rows } = await database.pool.query(
    "SELECT envelope FROM outbox WHERE aggregate_id = 'user_told' ORDER BY position",
  )
  assert.deepEqual(
    rows.map(({ envelope }) => JSON.parse(envelope).data),
    [
      {
        userId: 'user_told',
        username: 'told',
        firstName: null,
        lastName: null,
        avatarUrl: null,
        bio: 'Xin chào',
      },
      {
        userId: 'user_told',
        theme: 'DARK',
        locale: 'vi',
        timezone: 'Asia/Ho_Chi_Minh',
        dailyGoalMinutes: 30,
      },
    ],
  )
})

test('an export holds every table that holds rows about a learner', async () => {
  const { rows } = await database.pool.query<{ name: string }>(`SELECT DISTINCT table_name AS name
    FROM information_schema.columns WHERE table_schema = 'public'
    AND (column_name IN ('learner_id', 'follower_id') OR table_name = 'learners')`)
  assert.deepEqual(rows.map(({ name }) => name).sort(), Object.keys(personal).sort())
  const all = await ports.history.everything('user_q1')
  assert.match(JSON.stringify(all), /quangdo.*Asia\/Ho_Chi_Minh/)
  assert.doesNotMatch(JSON.stringify(all), /user_q2/)
})
