import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { GraphQLError, parse } from 'graphql'
import { compose } from '../../dev/compose.ts'
import { until } from '../../tests/harness/until.ts'
import { createPlanning, type Planning } from '../plan/planning.ts'
import { OutOfTime } from '../plan/ways/in-time.ts'
import { createGateway } from './gateway.ts'

const planning = createPlanning(compose([{ name: 'a', url: 'http://a', sdl: 'type Query { open: Int }' }]))

/** A gateway whose first plan fails, and how often it was asked for one. */
function failingOnce(originalError: Error | null, soon: number) {
  let plans = 0
  const plan: Planning['plan'] = (...given) => {
    plans += 1
    if (plans === 1) throw new GraphQLError('No plan.', { originalError })
    return planning.plan(...given)
  }
  const gateway = createGateway({ planning: { ...planning, plan }, fetch: async () => ({}), soon })
  const text = '{ open }'
  return { compiled: () => gateway.compiled(text, parse(text)), plans: () => plans }
}

test('what was not planned in time is planned again soon, not with each request', async () => {
  const { compiled, plans } = failingOnce(new OutOfTime(), 20)
  for (let times = 0; times < 3; times += 1) assert.throws(compiled, /No plan/)
  assert.equal(plans(), 1)
  await until('it is planned again', () => {
    try {
      return compiled().kind === 'query'
    } catch {
      return false
    }
  })
  assert.equal(plans(), 2)
})

test('what has no plan is planned once', async () => {
  const { compiled, plans } = failingOnce(null, 1)
  assert.throws(compiled, /No plan/)
  await pause(5)
  assert.throws(compiled, /No plan/)
  assert.equal(plans(), 1)
})
