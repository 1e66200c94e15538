import { type DocumentNode, Kind, visit } from 'graphql'
import { typename } from '../nodes.ts'

/**
 * The same document with `__typename` asked for wherever there are fragments alone; undefined where that changes
 * nothing. Where a subgraph knows none of their types the planner leaves out the whole field, although it is there.
 */
export function askTypes(document: DocumentNode): DocumentNode | undefined {
  const asking = visit(document, {
    Field({ selectionSet, ...field }) {
      if (!selectionSet?.selections.every(({ kind }) => kind === Kind.INLINE_FRAGMENT)) return undefined
      const selections = [typename, ...selectionSet.selections]
      return { ...field, selectionSet: { ...selectionSet, selections } }
    },
  })
  return asking === document ? undefined : asking
}
