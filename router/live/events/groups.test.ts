import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createLog } from '@puchi/platform/log'
import { parse } from 'graphql'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { until } from '../../../tests/harness/until.ts'
import { compileOperation } from '../../execute/compile/operation.ts'
import { offer, type Subscribing } from '../../execute/source.ts'
import { forwardedIdentity } from '../../guard/identity/forwarded.ts'
import { createPlanning } from '../../plan/planning.ts'
import { createGroups, type FindAgain } from './groups.ts'
import { createUpstreams } from './upstream.ts'

const graph = await openLiveGraph()
const log = createLog('test', 'silent')
const upstreams = createUpstreams({ identity: forwardedIdentity(), locate: () => undefined, log })
after(async () => {
  upstreams.close()
  await graph.close()
})
const planning = createPlanning(graph.sdl)

function found(text: string) {
  const subscribing: Subscribing = {}
  const fetch = () => Promise.reject(new Error('nothing is fetched here'))
  offer(subscribing, { compiled: compileOperation(planning, parse(text)), text, variables: {}, fetch })
  return subscribing.found ?? assert.fail()
}

const groupsOf = () => {
  const formatError = (error: object) => error as never
  const rest = { delivered() {}, gather: (fetch: never) => fetch, formatError, log }
  return createGroups({ upstreams, ...rest }, () => {})
}

/** Joins a subscription, and keeps what its member is told. */
function joined(groups: ReturnType<typeof groupsOf>, text: string, again: FindAgain) {
  const heard: string[] = []
  const leave = groups.join(
    { found: found(text), context: { viewer: null, requestId: 'test' }, again },
    {
      next: () => void heard.push('next'),
      resume: () => void heard.push('resume'),
      end: () => void heard.push('end'),
    },
  )
  return { heard, leave }
}
const text = (name: string) => `subscription ${name} { plain { goals } }`

test('a subscription that cannot be moved sends its own members away to come again; the others move on', async () => {
  const groups = groupsOf()
  const bad = joined(groups, text('Bad'), () => Promise.reject(new Error('no plan')))
  const good = joined(groups, text('Good'), async () => found(text('Good')))
  await until('both are subscribed', () => graph.listeners() === 2)
  const asked = graph.subscribes.length
  await groups.move()
  await until('the good one is asked again, and alone', () => graph.listeners() === 1)
  assert.equal(graph.subscribes.length, asked + 1)
  graph.score()
  await until('it hears the goal', () => good.heard.length > 0)
  assert.deepEqual(bad.heard, ['resume'])
  assert.deepEqual(good.heard, ['next'])
  good.leave()
})

test('one move waits for the one before, so that the older version never has the last word', async () => {
  const groups = groupsOf()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const steps: string[] = []
  const { leave } = joined(groups, text('Held'), async () => {
    steps.push('asked')
    await held
    steps.push('found')
    return found(text('Held'))
  })
  const moves = [groups.move(), groups.move()]
  await until('it is asked', () => steps.length > 0)
  release()
  await Promise.all(moves)
  assert.deepEqual(steps, ['asked', 'found', 'asked', 'found'])
  leave()
})
