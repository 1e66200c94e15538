/** A calendar day, `2026-11-25`. Days compare and sort as text. */
export type Day = string

const formats = new Map<string, Intl.DateTimeFormat>()
const mostFormats = 1_000

/** Making a format costs more than all else here. The same zone may be written in many ways: not all are kept. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const options = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' } as const
  const format = new Intl.DateTimeFormat('en-CA', { ...options, hourCycle: 'h23', timeZone })
  if (formats.size >= mostFormats) formats.clear()
  formats.set(timeZone, format)
  return format
}

/** What calendar and clock say in a time zone: the day, and the hour 0 to 23. */
export function localTime(now: Date, timeZone: string): { day: Day; hour: number } {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  )
  return { day: `${parts['year']}-${parts['month']}-${parts['day']}`, hour: Number(parts['hour']) }
}

const dayMs = 86_400_000
const utc = (day: Day): number => Date.parse(`${day}T00:00:00Z`)
const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10)

/** Whether the text is a day that exists, from 1970 to 9999. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  text >= '1970-01-01' &&
  !Number.isNaN(utc(text)) &&
  dayOf(utc(text)) === text

export const addDays = (day: Day, count: number): Day => dayOf(utc(day) + count * dayMs)

/** How many days later `later` is; negative where it is earlier. */
export const daysBetween = (earlier: Day, later: Day): number => (utc(later) - utc(earlier)) / dayMs

/** The Monday that the day's week starts on. */
export const mondayOf = (day: Day): Day => addDays(day, -((new Date(utc(day)).getUTCDay() + 6) % 7))
