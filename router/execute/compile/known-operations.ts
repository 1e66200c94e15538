import type { ApolloServerPlugin } from '@apollo/server'
import { roomForDocuments } from '@puchi/platform/graphql/documents'
import { type DocumentNode, Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { JudgeVariables } from '../../guard/limits.ts'
import type { CompiledOperation } from './operation.ts'

export type KnownOperation = {
  document: DocumentNode
  operation: OperationDefinitionNode
  /** What else was found out about it, as soon as it was. */
  compiled?: CompiledOperation
  judge?: JudgeVariables
}

export type KnownOperations = ReturnType<typeof createKnownOperations>

/** How long a text may be that is known beside the pinned ones. */
const longest = 32 * 1024

/** Operations by their exact text that one version of the supergraph has parsed, validated and judged before. */
export function createKnownOperations() {
  const pinned = new Map<string, Map<string, KnownOperation>>()
  const recent = new LRUCache<string, Map<string, KnownOperation>>({
    ...roomForDocuments,
    sizeCalculation: (_, text) => text.length,
  })
  const note = (text: string, found: KnownOperation, operationName: string | undefined): void => {
    const operations = pinned.get(text) ?? recent.get(text) ?? new Map()
    if (!operations.has(operationName ?? '')) operations.set(operationName ?? '', found)
    if (!pinned.has(text)) recent.set(text, operations)
  }
  return {
    of: (text: string, operationName?: string): KnownOperation | undefined =>
      (pinned.get(text) ?? recent.get(text))?.get(operationName ?? ''),
    has: (text: string): boolean => pinned.has(text) || recent.has(text),
    note(text: string, found: KnownOperation, operationName?: string | null): void {
      // An empty name is another thing than none, and an error.
      if (text.length <= longest && operationName !== '') note(text, found, operationName ?? undefined)
    },
    /** Knows every operation of a valid text for good. */
    publish(text: string, document: DocumentNode): void {
      pinned.set(text, new Map())
      const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
      for (const operation of operations) {
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) continue
        note(text, { document, operation }, operation.name?.value)
        if (operations.length === 1) note(text, { document, operation }, undefined)
      }
    },
  }
}

/** Notes what ApolloServer executes: by then every plugin has let it pass. */
export const noting = (known: KnownOperations): ApolloServerPlugin => ({
  async requestDidStart() {
    return {
      async executionDidStart({ source, document, operation, request: { operationName } }) {
        if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
          known.note(source, { document, operation }, operationName)
      },
    }
  },
})
