import { badInput, type InvalidField, Refusal } from '@puchi/platform/errors'

/** One attempt at a lesson, as the client reports it. */
export type Report = {
  lessonId: string
  percent: number
  correct: number
  total: number
  seconds: number
  /** Chosen by the client, one for an attempt: a repeated report with the same key is the same report. */
  idempotencyKey: string
}

const between = (least: number, most: number) => (value: number) =>
  Number.isInteger(value) && value >= least && value <= most ? null : `must be ${least} to ${most}`
const name = (text: string) =>
  /^[\w.:-]{1,64}$/.test(text) ? null : 'must be 1 to 64 of letters, digits and . : _ -'

const checks: { [K in keyof Report]: (value: Report[K]) => string | null } = {
  lessonId: name,
  percent: between(0, 100),
  correct: between(0, 1_000),
  total: between(0, 1_000),
  seconds: between(0, 86_400),
  idempotencyKey: name,
}

const faultOf = <K extends keyof Report>(report: Report, field: K): InvalidField[] => {
  const message = checks[field](report[field])
  return message === null ? [] : [{ field, message }]
}

/** The report, checked. Throws BAD_USER_INPUT that names each field that breaks a rule. */
export function checkedReport(report: Report): Report {
  const faults = (Object.keys(checks) as (keyof Report)[]).flatMap((field) => faultOf(report, field))
  if (report.correct > report.total) faults.push({ field: 'correct', message: 'must be at most total' })
  if (faults.length > 0) throw badInput(...faults)
  return report
}

/** Throws IDEMPOTENCY_CONFLICT where the key of a report was used for another one. */
export function mustBeSame(earlier: Report, report: Report): void {
  const differs = (Object.keys(checks) as (keyof Report)[]).some((field) => earlier[field] !== report[field])
  if (differs)
    throw new Refusal('IDEMPOTENCY_CONFLICT', 'That idempotency key was used with other arguments.')
}
