import type { TestEvent } from 'node:test/reporters'

/** What the runner is told of one test. */
export type Told =
  | { kind: 'passed'; title: string }
  | { kind: 'skipped'; title: string; why: string }
  | { kind: 'failed'; title: string; why: string }

/** A reporter of node:test that writes one line of JSON for each test. */
export async function* toLines(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const told = toldOf(event)
    if (told) yield `${JSON.stringify(told)}\n`
  }
}

function toldOf({ type, data }: TestEvent): Told | null {
  if (type === 'test:pass') return passed(data)
  if (type !== 'test:fail') return null
  const { failureType, cause, message } = data.details.error as Error & { failureType?: string }
  // A suite is red because a test in it is; what else goes wrong in it counts by itself.
  if (failureType === 'subtestsFailed') return null
  const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? message)
  const lines = why.split('\n').filter((line) => !/^ +at .*node:internal/.test(line))
  return { kind: 'failed', title: data.name, why: lines.join('\n') }
}

function passed({
  name: title,
  details,
  skip,
}: Extract<TestEvent, { type: 'test:pass' }>['data']): Told | null {
  if (details.type === 'suite') return null
  if (skip === undefined) return { kind: 'passed', title }
  return { kind: 'skipped', title, why: typeof skip === 'string' ? skip : '' }
}

// biome-ignore lint/style/noDefaultExport: Node asks a reporter's module for its default
export { toLines as default }
