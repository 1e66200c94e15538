import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { bareViewer, type Viewer } from '@puchi/platform/identity/viewer'
import type { Operation } from './ask.ts'
import { people, star, starName } from './learners.ts'
import { type Statement, withTexts } from './statements.ts'

const operation = (name: string) =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), 'utf8')

export type Call = { asked: Operation; viewer: Viewer | null }

/** One kind of request: what it asks, and how the statements of one call become those of another. */
export type Case = {
  name: string
  concurrency: number
  /** Of one round, at --requests 400. */
  calls: number
  call(i: number): Call
  /** From the statements of `call(0)` to those of `call(i)`. */
  statements(noted: readonly Statement[], i: number): Statement[]
  /** At most so many microseconds of CPU, or so many times the floor's. */
  goal?: { cpu: number } | { times: number }
}

const viewerOf = (userId: string) => bareViewer({ userId, sessionId: 'sess_1' })

const referenceQuery = `query($r: [_Any!]!) { _entities(representations: $r) {
  ... on User { id username firstName lastName avatarUrl bio } } }`

const idsOf = (i: number, count: number) =>
  Array.from({ length: count }, (_, j) => `user_${(i * 101 + j * 17) % people}`)

const references = (count: number, cpu: number): Case => ({
  name: `${count} reference${count === 1 ? '' : 's'}`,
  concurrency: 8,
  calls: count === 1 ? 400 : 100,
  call: (i) => ({
    asked: {
      query: referenceQuery,
      variables: { r: idsOf(i, count).map((id) => ({ __typename: 'User', id })) },
    },
    viewer: viewerOf('user_1'),
  }),
  statements: (noted, i) => noted.map((one) => ({ ...one, values: [idsOf(i, count)], rows: [] })),
  goal: { cpu },
})

const page = operation('profile-page')

const profilePage: Case = {
  name: 'ProfilePage',
  concurrency: 4,
  calls: 60,
  call: () => ({ asked: { query: page, variables: { username: starName } }, viewer: viewerOf(star) }),
  statements: (noted) => noted.map((one) => ({ ...one, rows: [] })),
}

const record = operation('record-progress')
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** A perfect report of a lesson that the learner has not had yet. */
export const reportOf = (learnerId: string, name: string): Call => ({
  asked: {
    query: record,
    variables: {
      input: {
        lessonId: `lesson.${name}`,
        percent: 100,
        correct: 10,
        total: 10,
        seconds: 60,
        idempotencyKey: `key.${name}`,
      },
    },
  },
  viewer: viewerOf(learnerId),
})

/** The statements of a report, for another one. */
export const reported = (noted: readonly Statement[], of: { learner: string; name: string }) => ({
  as: (learner: string, name: string) =>
    withTexts(noted, (text) =>
      text
        .replaceAll(of.learner, learner)
        .replaceAll(`.${of.name}`, `.${name}`)
        .replace(uuid, () => randomUUID()),
    ),
})

const recordProgress = (concurrency: number, learners: number): Case => {
  const learner = (i: number) => `user_${100 + (i % learners)}`
  const name = `${concurrency}.${learners}`
  return {
    name:
      learners === concurrency
        ? `recordProgress, ${learners} learner${learners === 1 ? '' : 's'} at once`
        : `recordProgress, ${concurrency} at once, one learner`,
    concurrency,
    calls: Math.max(100, concurrency * 4),
    call: (i) => reportOf(learner(i), `${name}.n${i}n`),
    statements: (noted, i) =>
      reported(noted, { learner: learner(0), name: `${name}.n0n` }).as(
        `user_${500 + (i % learners)}`,
        `${name}.f${i}f`,
      ),
    goal: { times: 2.5 },
  }
}

export const cases: Case[] = [
  references(1, 450),
  references(100, 2_500),
  profilePage,
  recordProgress(1, 1),
  recordProgress(16, 16),
  recordProgress(64, 64),
  recordProgress(64, 1),
]
