import { type DocumentNode, Kind, visit } from 'graphql'
import { fragmentsOf } from './fragments.ts'

/** Drops the fragments and variables that no operation of a document uses. */
export function withoutUnused(document: DocumentNode): DocumentNode {
  const used = new Set<string>()
  const fragments = fragmentsOf(document)
  const note = (node: DocumentNode['definitions'][number]): void => {
    visit(node, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void used.add(`$${name.value}`),
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value)
        if (!fragment || used.has(name.value)) return
        used.add(name.value)
        note(fragment)
      },
    })
  }
  for (const one of document.definitions) if (one.kind === Kind.OPERATION_DEFINITION) note(one)
  return visit(document, {
    FragmentDefinition: ({ name }) => (used.has(name.value) ? undefined : null),
    VariableDefinition: ({ variable }) => (used.has(`$${variable.name.value}`) ? undefined : null),
  })
}
