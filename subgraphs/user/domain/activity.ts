import { badInput } from '@puchi/platform/errors'
import { addDays, type Day, daysBetween, isDay, mondayOf } from './day.ts'

export type DayActivity = { day: Day; xp: number; seconds: number; lessons: number }
export type Span = { from: Day; to: Day }

const usualDays = 90
const mostDays = 366
const usualWeeks = 12
const mostWeeks = 52

const badDay = (field: string) => badInput({ field, message: 'must be a day, such as 2026-11-25' })

/** The asked days, or the last 90. Throws BAD_USER_INPUT where they are no days, in the wrong order, or too many. */
export function checkedSpan(
  asked: { from?: Day | null | undefined; to?: Day | null | undefined },
  today: Day,
): Span {
  if (!isDay(asked.from ?? today)) throw badDay('from')
  if (!isDay(asked.to ?? today)) throw badDay('to')
  const to = asked.to ?? today
  const from = asked.from ?? addDays(to, 1 - usualDays)
  if (from > to) throw badInput({ field: 'from', message: 'must not be after to' })
  if (daysBetween(from, to) >= mostDays)
    throw badInput({ field: 'from', message: `must be at most ${mostDays} days before to` })
  return { from, to }
}

/** The whole weeks, Monday to Sunday, that end with this one. Throws BAD_USER_INPUT unless 1 to 52 are asked for. */
export function checkedWeeks(weeks: number | null | undefined, today: Day): Span {
  const count = weeks ?? usualWeeks
  if (count < 1 || count > mostWeeks) throw badInput({ field: 'weeks', message: `must be 1 to ${mostWeeks}` })
  const monday = mondayOf(today)
  return { from: addDays(monday, -7 * (count - 1)), to: addDays(monday, 6) }
}

/** XP by week, oldest first, a week without learning as 0. */
export function weeklyXp(days: readonly DayActivity[], { from, to }: Span): { weekStart: Day; xp: number }[] {
  const sums = new Map<Day, number>()
  for (let monday = from; monday <= to; monday = addDays(monday, 7)) sums.set(monday, 0)
  for (const { day, xp } of days) {
    const monday = mondayOf(day)
    sums.set(monday, (sums.get(monday) ?? 0) + xp)
  }
  return Array.from(sums, ([weekStart, xp]) => ({ weekStart, xp }))
}
