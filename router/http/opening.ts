import type { Stack } from '../settings/stack.ts'
import type { Settings } from '../settings.ts'
import type { NamedOperation } from '../supergraph/named-operations.ts'

/** What the explorers open with. */
export type Opening = {
  document: string
  headers: Record<string, string>
  /** What a development system tells of itself. */
  stack: Stack | null
}

/** Puchi's Viewer with the demo learner's token where there are such; else the smallest query. */
export function openingOf(env: Settings, operations: readonly NamedOperation[]): Opening {
  const viewer = operations.find(({ name }) => name === 'Viewer')
  const token = 'DEMO_TOKEN' in env ? env.DEMO_TOKEN : undefined
  return {
    document: viewer?.text ?? '{\n  __typename\n}\n',
    stack: ('DEMO_STACK' in env && env.DEMO_STACK) || null,
    headers: token ? { authorization: `Bearer ${token}` } : {},
  }
}
