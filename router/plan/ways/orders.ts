import { type DocumentNode, Kind, print, type SelectionNode, visit } from 'graphql'

type Order = (selections: readonly SelectionNode[]) => SelectionNode[]

const byText = (one: SelectionNode, other: SelectionNode): number => (print(one) < print(other) ? -1 : 1)
// A fragment that is asked last is merged last.
const fieldsFirst = (selections: readonly SelectionNode[]): SelectionNode[] =>
  [...selections].sort((one, other) => Number(one.kind !== Kind.FIELD) - Number(other.kind !== Kind.FIELD))

const orders: Order[] = [
  (selections) => [...selections].reverse(),
  (selections) => [...selections.slice(1), ...selections.slice(0, 1)],
  (selections) => [...selections].sort(byText),
  (selections) => [...selections].sort(byText).reverse(),
  (selections) => fieldsFirst(selections),
]

/**
 * The same document with its selections in other orders. The planner merges fetches in the order of their fields, and
 * may fail in one order ("would create a cycle") where it succeeds in another; the answer is written in the client's.
 */
export function* otherOrders(document: DocumentNode): Generator<DocumentNode> {
  for (const order of orders)
    yield visit(document, {
      SelectionSet: { leave: (set) => ({ ...set, selections: order(set.selections) }) },
    })
}
