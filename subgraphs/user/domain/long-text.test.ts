import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@puchi/platform/errors'
import { moment, pageOf, word } from '@puchi/platform/pagination'
import { fastest } from '../../../tests/harness/fastest.ts'
import { checkedSpan } from './activity.ts'
import { checkedPreferences, isLocale } from './preferences.ts'
import { checkedReport } from './report.ts'
import { checkedSearch } from './search.ts'
import { asUsername, isUsername } from './username.ts'

const isBadInput = (error: unknown) => error instanceof Refusal && error.extensions.code === 'BAD_USER_INPUT'

const report = { lessonId: 'l', percent: 1, correct: 1, total: 1, seconds: 1, idempotencyKey: 'k' }

const checks: Record<string, (text: string) => unknown> = {
  timezone: (timezone) => checkedPreferences({ timezone }),
  reminderTime: (reminderTime) => checkedPreferences({ reminderTime }),
  quietHours: (from) => checkedPreferences({ quietHours: { from, to: '07:00' } }),
  from: (from) => checkedSpan({ from }, '2026-11-25'),
  text: checkedSearch,
  after: (after) => pageOf('list', { after }, [moment, word]),
  lessonId: (lessonId) => checkedReport({ ...report, lessonId }),
  idempotencyKey: (idempotencyKey) => checkedReport({ ...report, idempotencyKey }),
}

const longTexts = [
  `${'a'.repeat(50_000)}!`,
  `${'A/'.repeat(25_000)}!`,
  `${'Asia/A'.repeat(8_000)}!`,
  `${'0'.repeat(50_000)}:`,
  ' '.repeat(50_000),
  'e\u0301'.repeat(25_000),
]

test('G15 a time zone, a time, a day, a search, a cursor or a key of 50 KB is refused within 10 ms', () => {
  for (const [field, check] of Object.entries(checks))
    for (const text of longTexts) {
      const refused = () => assert.throws(() => check(text), isBadInput, field)
      assert(fastest(refused) < 10, `${field} ${text.slice(0, 6)}`)
    }
})

test('G15 a locale or a username of 50 KB is none, within 10 ms', () => {
  for (const text of longTexts) {
    assert(fastest(() => assert.equal(isLocale(text), false)) < 10)
    assert(fastest(() => assert.equal(isUsername(asUsername(text)), false)) < 10)
  }
})
