import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnersInMemory } from '../../../tests/harness/learners.ts'
import { newLearner } from './learner.ts'
import { completeOnboarding, type OnboardingInput } from './onboarding.ts'

const first = new Date('2026-11-25T03:00:00Z')
const by = { learnerId: 'user_lan', now: first }

test('the first answers complete the onboarding, later ones correct it, and what is not given stays', async () => {
  const learners = learnersInMemory()
  const input = {
    ageRange: 'AGE_18_24',
    level: 'BEGINNER',
    howHeard: ' a friend ',
    whyLearn: 'work',
  } as const
  const { onboarding, ...rest } = await completeOnboarding(learners, by, input)
  assert.deepEqual(onboarding, { ...input, howHeard: 'a friend', completedAt: first })
  const { onboarding: _, ...bare } = newLearner('user_lan')
  assert.deepEqual(rest, bare)
  const later = { ...by, now: new Date('2026-12-01T03:00:00Z') }
  const corrected = await completeOnboarding(learners, later, { level: 'ADVANCED' })
  assert.deepEqual(corrected.onboarding, { ...onboarding, level: 'ADVANCED' })
  const other = await completeOnboarding(learners, later, { ageRange: 'AGE_25_34' })
  assert.deepEqual(other.onboarding, { ...corrected.onboarding, ageRange: 'AGE_25_34' })
})

test('every answer can be taken back', async () => {
  const learners = learnersInMemory()
  await completeOnboarding(learners, by, {
    ageRange: 'AGE_18_24',
    level: 'BEGINNER',
    howHeard: 'x',
    whyLearn: 'y',
  })
  const nothing = { ageRange: null, level: null, howHeard: null, whyLearn: null }
  const { onboarding } = await completeOnboarding(learners, by, nothing)
  assert.deepEqual(onboarding, { ...nothing, completedAt: first })
})

test('an answer has 1 to 200 characters, in several lines if need be, and each that breaks this is named', async () => {
  const learners = learnersInMemory()
  const complete = async (input: OnboardingInput) => completeOnboarding(learners, by, input)
  await assert.rejects(complete({ howHeard: 'x'.repeat(201), whyLearn: ' ' }), {
    name: 'Refusal',
    message: 'howHeard: must have at most 200 characters; whyLearn: must not be empty; null clears it',
  })
  assert.deepEqual(learners.all(), [])
  const { onboarding } = await complete({ howHeard: 'x'.repeat(200), whyLearn: 'work\nand family' })
  assert.deepEqual([onboarding.howHeard?.length, onboarding.whyLearn], [200, 'work\nand family'])
})
