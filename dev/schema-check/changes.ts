import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core'
import { type GraphQLSchema, validate } from 'graphql'
import type { Finding } from './finding.ts'
import type { Operation } from './operations.ts'

type Versions = { old: GraphQLSchema; now: GraphQLSchema }
/** `file:line` of `Type.member`. */
type LineOf = (coordinate: string) => string

/** What the change does to its readers: an error where an operation breaks, a warning where one might. */
export async function changes(
  { old, now }: Versions,
  { operations, uses }: { operations: Operation[]; uses: Map<string, string>[] },
  lineOf: LineOf,
): Promise<Finding[]> {
  const found = await diff(old, now)
  const judged = found.map((change) => judge(change, uses, lineOf))
  return [...judged, ...operations.flatMap((operation) => misfits(operation, now))]
}

function judge(change: Change, uses: Map<string, string>[], lineOf: LineOf): Finding {
  const place = lineOf(change.path ?? '')
  const { level } = change.criticality
  if (level === CriticalityLevel.NonBreaking) return { level: 'safe', place, text: change.message }
  if (level === CriticalityLevel.Dangerous)
    return { level: 'warning', place, text: `dangerous: ${change.message}` }
  // A demanded input field that comes is used by whoever sends the input at all.
  const wanted = change.type === 'INPUT_FIELD_ADDED' ? change.path?.split('.')[0] : change.path
  const users = uses.flatMap((one) => one.get(wanted ?? '') ?? [])
  if (users.length === 0) return { level: 'warning', place, text: `breaking, but unused: ${change.message}` }
  return { level: 'error', place, text: `breaking: ${change.message}; used at ${users.join(', ')}` }
}

/** Why the operation is refused by the schema as it is now. */
const misfits = ({ file, document }: Operation, now: GraphQLSchema): Finding[] =>
  validate(now, document).map(({ message, locations }) => ({
    level: 'error',
    place: `${file}:${locations?.[0]?.line ?? 1}`,
    text: message,
  }))
