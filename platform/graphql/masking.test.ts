import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GraphQLError } from 'graphql'
import { pino } from 'pino'
import { badInput } from '../errors.ts'
import { requestScope } from '../log.ts'
import { maskErrors } from './masking.ts'

const logged: string[] = []
const format = maskErrors(pino({ base: null }, { write: (line: string) => void logged.push(line) }))
const formatted = (error: GraphQLError) =>
  requestScope.run({ requestId: 'request-1' }, () => format({ ...error.toJSON() }, error))

test('a refusal keeps its message, its details and its place, and nothing else', () => {
  const refusal = badInput({ field: 'bio', message: 'is too long' })
  const error = new GraphQLError(refusal.message, {
    path: ['updateProfile'],
    extensions: { ...refusal.extensions, stacktrace: ['x'], serviceName: 'user', sql: 'SELECT' },
  })
  assert.deepEqual(formatted(error), {
    message: 'bio: is too long',
    path: ['updateProfile'],
    extensions: {
      code: 'BAD_USER_INPUT',
      fields: [{ field: 'bio', message: 'is too long' }],
      requestId: 'request-1',
    },
  })
  assert.equal(logged.length, 0)
})

test('D5 a database that is away costs a field, with the code of a service that cannot be reached', () => {
  const away = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' })
  const error = new GraphQLError(away.message, { path: ['me', 'email'], originalError: away })
  assert.deepEqual(formatted(error), {
    message: 'Something needed is down; try again soon.',
    path: ['me', 'email'],
    extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryAfter: 1, requestId: 'request-1' },
  })
  logged.length = 0
})

test('G17 a fault, and a code nobody knows, are logged whole and shown as nothing but a request id', () => {
  const codes = [
    { serviceName: 'user' },
    { code: 'INTERNAL_SERVER_ERROR' },
    { code: 'PG_23505', detail: 'secret' },
  ]
  for (const extensions of codes) {
    const error = new GraphQLError('secret at /srv/db.ts', { path: ['me'], extensions })
    assert.deepEqual(formatted(error), {
      message: 'Internal server error',
      path: ['me'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'request-1' },
    })
  }
  assert.equal(logged.length, 3)
  assert.match(logged[0] ?? '', /secret at/)
  assert.deepEqual(
    logged.map((line) => JSON.parse(line).subgraph),
    ['user', undefined, undefined],
  )
})
