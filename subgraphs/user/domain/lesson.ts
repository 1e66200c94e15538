import type { Report } from './report.ts'
import { isPerfect, xpOf } from './xp.ts'

export type LessonStatus = 'NOT_STARTED' | 'IN_PROGRESS' | 'COMPLETED'

export type LessonProgress = {
  lessonId: string
  status: LessonStatus
  percent: number
  /** The XP of the best attempt, which is all that the lesson has awarded. */
  xp: number
  /** Every answer of one attempt was right. */
  crowned: boolean
  attempts: number
  completedAt: Date | null
  updatedAt: Date
}

const rank = { NOT_STARTED: 0, IN_PROGRESS: 1, COMPLETED: 2 }
const higher = (a: LessonStatus, b: LessonStatus): LessonStatus => (rank[a] >= rank[b] ? a : b)

const statusOf = ({ percent, total }: Report): LessonStatus => {
  if (percent === 100) return 'COMPLETED'
  return percent > 0 || total > 0 ? 'IN_PROGRESS' : 'NOT_STARTED'
}

/** The lesson after a report. */
export function raisedLesson(before: LessonProgress | null, report: Report, now: Date): LessonProgress {
  const status = higher(before?.status ?? 'NOT_STARTED', statusOf(report))
  return {
    lessonId: report.lessonId,
    status,
    percent: Math.max(before?.percent ?? 0, report.percent),
    xp: Math.max(before?.xp ?? 0, xpOf(report)),
    crowned: before?.crowned === true || isPerfect(report),
    attempts: (before?.attempts ?? 0) + 1,
    completedAt: before?.completedAt ?? (status === 'COMPLETED' ? now : null),
    updatedAt: now,
  }
}

/** What a report added to a lesson. */
export type Gain = { xp: number; crowns: number; completed: number }

export const gainOf = (before: LessonProgress | null, after: LessonProgress): Gain => ({
  xp: after.xp - (before?.xp ?? 0),
  crowns: Number(after.crowned) - Number(before?.crowned ?? false),
  completed: Number(after.status === 'COMPLETED') - Number(before?.status === 'COMPLETED'),
})
