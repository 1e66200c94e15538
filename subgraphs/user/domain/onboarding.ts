import { badInput, type InvalidField } from '@puchi/platform/errors'
import { type Learner, type Learners, newLearner, type Onboarding } from './learner.ts'
import { checkedText } from './profile.ts'

/** What a client sends: null clears, an absent field stays. */
export type OnboardingInput = { [K in keyof Omit<Onboarding, 'completedAt'>]?: Onboarding[K] | undefined }

const most = 200

function checkedOnboarding(input: OnboardingInput): Partial<Onboarding> {
  const faults: InvalidField[] = []
  const { ageRange, level } = input
  const kept: Partial<Onboarding> = {
    ...(ageRange !== undefined && { ageRange }),
    ...(level !== undefined && { level }),
  }
  for (const field of ['howHeard', 'whyLearn'] as const) {
    const text = input[field]
    if (text === undefined) continue
    const checked = text === null ? { value: null } : checkedText(text, most, false)
    if ('fault' in checked) faults.push({ field, message: checked.fault })
    else kept[field] = checked.value
  }
  if (faults.length > 0) throw badInput(...faults)
  return kept
}

/** Keeps the answers; the first time completes the onboarding, later times correct it. */
export function completeOnboarding(
  learners: Learners,
  { learnerId, now }: { learnerId: string; now: Date },
  input: OnboardingInput,
): Promise<Learner> {
  const given = checkedOnboarding(input)
  return learners.change(learnerId, (before) => {
    const learner = before ?? newLearner(learnerId)
    const completedAt = learner.onboarding.completedAt ?? now
    return {
      learner: { ...learner, onboarding: { ...learner.onboarding, ...given, completedAt } },
      happened: [],
    }
  })
}
