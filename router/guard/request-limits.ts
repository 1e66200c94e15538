import { roomForDocuments } from '@puchi/platform/graphql/documents'
import type { GraphQLParams } from '@puchi/platform/graphql/params'
import { refuseRootCondition } from '@puchi/platform/live/root-condition'
import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode, parse } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { JudgeVariables, Limits } from './limits.ts'

/** Refuses a request that asks too much; `bytes` is the length of its body. */
export type Admit = (params: GraphQLParams, bytes?: number) => void

/** Keeps of an operation how its variables are to be judged. */
type Known = { of(text: string, operationName?: string): { judge?: JudgeVariables } | undefined }

/** Judges each text once: what passed is remembered, with how its variables are to be judged. */
export function requestLimits(limits: Limits, known: Known): Admit {
  const passed = new LRUCache<string, JudgeVariables>({
    ...roomForDocuments,
    sizeCalculation: (_, text) => text.length,
  })
  return ({ query, operationName, variables = {} }, bytes) => {
    if (!query) return
    const found = known.of(query, operationName)
    const judge = found?.judge ?? judgeOf(query, operationName)
    if (found && judge) found.judge = judge
    judge?.(variables, bytes)
  }

  function judgeOf(query: string, operationName?: string): JudgeVariables | undefined {
    const key = `${operationName ?? ''}\n${query}`
    const before = passed.get(key)
    const judge = before ?? judged(limits, query, operationName)
    if (judge && !before) passed.set(key, judge)
    return judge
  }
}

function judged(limits: Limits, text: string, operationName?: string): JudgeVariables | undefined {
  limits.text(text)
  const document = parsed(text)
  if (!document) return undefined
  const judge = limits.operation(document, operationOf(document, operationName))
  refuseRootCondition(document)
  return judge
}

// What cannot be parsed is for the server to tell, with the place.
function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true })
  } catch {
    return undefined
  }
}

const operationOf = (document: DocumentNode, name?: string): OperationDefinitionNode | undefined =>
  getOperationAST(document, name) ??
  document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
