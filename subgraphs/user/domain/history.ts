import {
  type Connection,
  connectionOf,
  moment,
  type Page,
  type PageArgs,
  type Part,
  pageOf,
  word,
} from '@puchi/platform/pagination'
import { type AchievementState, achievementsOf, type Unlocked } from './achievements.ts'
import { checkedSpan, checkedWeeks, type DayActivity, type Span, weeklyXp } from './activity.ts'
import { type Day, localTime } from './day.ts'
import type { LessonProgress } from './lesson.ts'
import { type Seen, statsShown } from './privacy.ts'
import { type ShownStats, type Stats, shownStats } from './stats.ts'

export type Award = { lessonId: string; amount: number; awardedAt: Date }
export type DaysOf = Span & { learnerId: string }

/** What is read of a learner's learning: see `store/history.ts`. Lists of ids are answered in their order. */
export type History = {
  stats(ids: readonly string[]): Promise<Stats[]>
  unlocked(ids: readonly string[]): Promise<Unlocked[]>
  /** Only days with learning, oldest first. */
  days(asked: readonly DaysOf[]): Promise<DayActivity[][]>
  lessons(learnerId: string, page: Page): Promise<Part<LessonProgress>>
  lesson(learnerId: string, lessonId: string): Promise<LessonProgress | null>
  awards(learnerId: string, page: Page): Promise<Part<Award>>
  /** Every row there is about a learner, by table. */
  everything(learnerId: string): Promise<Record<string, unknown>>
}

/** The reads of one request, where what is asked for many learners becomes one statement. */
export type Reads = {
  stats(id: string): Promise<Stats>
  unlocked(id: string): Promise<Unlocked>
  days(asked: DaysOf): Promise<DayActivity[]>
}

// Each asks the viewer's right before it reads: what may not be seen is null, and is not even read.

export const statsOf = async (
  reads: Reads,
  of: Seen,
  { now, isAdmin = false }: { now: Date; isAdmin?: boolean },
): Promise<ShownStats | null> =>
  statsShown(of, isAdmin) ? shownStats(await reads.stats(of.id), now, of.timezone) : null

export async function achievementsSeen(reads: Reads, of: Seen): Promise<AchievementState[] | null> {
  if (!of.shows.profile) return null
  const [stats, unlocked] = await Promise.all([reads.stats(of.id), reads.unlocked(of.id)])
  return achievementsOf(stats, unlocked)
}

/** The days with learning, oldest first, of the asked ones or of the last 90. Throws BAD_USER_INPUT for a span that is none, whoever asks. */
export async function dailyActivity(
  reads: Reads,
  { of, now }: { of: Seen; now: Date },
  asked: { from?: Day | null | undefined; to?: Day | null | undefined },
): Promise<DayActivity[] | null> {
  const span = checkedSpan(asked, localTime(now, of.timezone).day)
  return of.shows.activity ? reads.days({ ...span, learnerId: of.id }) : null
}

/** The XP of whole weeks, oldest first, up to this one. Throws BAD_USER_INPUT unless 1 to 52 are asked for, whoever asks. */
export async function weeksSeen(
  reads: Reads,
  { of, now }: { of: Seen; now: Date },
  weeks: number | null | undefined,
): Promise<{ weekStart: Day; xp: number }[] | null> {
  const span = checkedWeeks(weeks, localTime(now, of.timezone).day)
  return of.shows.activity ? weeklyXp(await reads.days({ ...span, learnerId: of.id }), span) : null
}

/** The lessons begun so far, the latest first. Throws BAD_USER_INPUT for a page that is none. */
export async function lessonList(
  history: History,
  of: Seen,
  args: PageArgs,
): Promise<Connection<LessonProgress> | null> {
  if (!of.shows.own) return null
  const list = `progress:${of.id}`
  const page = pageOf(list, args, [moment, word])
  return connectionOf(list, page, await history.lessons(of.id, page), (lesson) => lesson)
}

export const lessonSeen = async (
  history: History,
  of: Seen,
  lessonId: string,
): Promise<LessonProgress | null> => (of.shows.own ? history.lesson(of.id, lessonId) : null)

/** What XP was awarded for, the latest first. Throws BAD_USER_INPUT for a page that is none. */
export async function awardList(
  history: History,
  of: Seen,
  args: PageArgs,
): Promise<Connection<Award> | null> {
  if (!of.shows.own) return null
  const list = `xp:${of.id}`
  const page = pageOf(list, args, [moment, word])
  return connectionOf(list, page, await history.awards(of.id, page), (award) => award)
}

/** All that is kept about oneself. */
export const dataExport = async (history: History, of: Seen): Promise<Record<string, unknown> | null> =>
  of.shows.own ? history.everything(of.id) : null
