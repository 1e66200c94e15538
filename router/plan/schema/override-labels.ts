import { directivesOf, type SupergraphSdl, textOf } from './sdl.ts'

/**
 * The labels of progressive overrides, and whether the new owner of their fields is asked. Both owners have the field: a
 * plan is kept for everyone, so whatever is not for all of them stays with the old one.
 */
export function overrideLabels(supergraph: SupergraphSdl): Map<string, boolean> {
  const labels = new Map<string, boolean>()
  for (const { fields } of supergraph.types.values())
    for (const join of fields.flatMap((field) => directivesOf(field, 'join__field'))) {
      const label = textOf(join, 'overrideLabel')
      if (label) labels.set(label, /^percent\(100(\.0+)?\)$/.test(label))
    }
  return labels
}

/** A warning of each label that is not followed. */
export const overrideWarnings = (labels: Map<string, boolean>): string[] =>
  [...labels]
    .filter(([label, taken]) => !taken && label !== 'percent(0)')
    .map(([label]) => `@override with the label "${label}" is not followed: its fields stay where they were.`)
