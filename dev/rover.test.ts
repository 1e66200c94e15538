import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roverArguments } from './rover.ts'

const env = {
  APOLLO_KEY: 'service:puchi:x',
  APOLLO_GRAPH_REF: 'puchi@current',
  USER_URL: 'https://user.puchi.io.vn',
}

test('rover is told of a subgraph by its one entry in rover.yaml, its address by the environment', () => {
  assert.deepEqual(roverArguments('publish', 'user', env), [
    ...['subgraph', 'publish', 'puchi@current', '--name', 'user', '--schema', 'schema/user.graphql'],
    ...['--routing-url', 'https://user.puchi.io.vn'],
  ])
  assert(roverArguments('publish', 'auth', env).includes('http://localhost:8001/graphql'))
  assert.equal(roverArguments('check', 'auth', env).includes('--routing-url'), false)
})

test('what is missing is named before rover is fetched', () => {
  assert.throws(() => roverArguments('check', 'user', {}), /APOLLO_KEY and APOLLO_GRAPH_REF/)
  assert.throws(() => roverArguments('check', 'nobody', env), /Name one of auth,user/)
  assert.throws(() => roverArguments('fly', undefined), /Use compose, check, publish or dev/)
})
