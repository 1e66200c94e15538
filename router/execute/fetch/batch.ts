import type { FetchNode, PlanNode } from '@apollo/query-planner'
import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type VariableDefinitionNode,
  type VariableNode,
} from 'graphql'
import type { Path } from '../../plan/client-names.ts'
import { nameNode, textOf } from '../../plan/nodes.ts'
import type { PlacedFetch } from '../../plan/walk.ts'
import type { Run, Step } from '../run.ts'
import type { SubgraphError } from '../subgraph.ts'
import type { EntityFetch, Prepared } from './entity-fetch.ts'
import { requestOf, variablesText } from './request.ts'

/** The entity fetch inside a node of a Parallel, which may share a request; undefined for anything else. */
export function batchable(node: PlanNode, path: Path): PlacedFetch | undefined {
  if (node.kind === 'Flatten') return batchable(node.node, [...path, ...node.path])
  if (node.kind !== 'Fetch' || !node.requires || node.operationKind !== 'query') return undefined
  return node.contextRewrites?.length ? undefined : { fetch: node, path }
}

const variable = (name: string): VariableNode => ({ kind: Kind.VARIABLE, name: nameNode(name) })

function onlyOperation(fetch: FetchNode): OperationDefinitionNode | undefined {
  const { definitions } = parse(fetch.operation, { noLocation: true })
  const [only] = definitions
  return definitions.length === 1 && only?.kind === Kind.OPERATION_DEFINITION ? only : undefined
}

/** `_entities(representations: $representations)` as the field number `index` of a shared request. */
function entitiesField({ selectionSet }: OperationDefinitionNode, index: number): FieldNode {
  const field = selectionSet.selections[0] as FieldNode
  const argument = {
    kind: Kind.ARGUMENT,
    name: nameNode('representations'),
    value: variable(`r${index}`),
  } as const
  return { ...field, alias: nameNode(`e${index}`), arguments: [argument] }
}

const representations = (index: number): VariableDefinitionNode => ({
  kind: Kind.VARIABLE_DEFINITION,
  variable: variable(`r${index}`),
  type: {
    kind: Kind.NON_NULL_TYPE,
    type: {
      kind: Kind.LIST_TYPE,
      type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: nameNode('_Any') } },
    },
  },
})

function sharedFetch(fetches: FetchNode[]): FetchNode | undefined {
  const operations = fetches.map(onlyOperation)
  const variables = new Map<string, VariableDefinitionNode>()
  for (const one of operations)
    for (const definition of one?.variableDefinitions ?? [])
      if (definition.variable.name.value !== 'representations')
        variables.set(definition.variable.name.value, definition)
  const [first] = fetches
  const whole = operations.filter((one) => one !== undefined)
  // A client's own $r0 would be taken for representations.
  if (!first || whole.length < fetches.length || [...variables.keys()].some((name) => /^r\d+$/.test(name)))
    return undefined
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: whole[0]?.operation as OperationDefinitionNode['operation'],
    ...(first.operationName && { name: nameNode(first.operationName) }),
    variableDefinitions: [...whole.map((_, index) => representations(index)), ...variables.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections: whole.map(entitiesField) },
  }
  return {
    ...first,
    operation: textOf(operation),
    variableUsages: [...variables.keys()],
  }
}

/** Sends several entity fetches to one subgraph as one request; undefined where they cannot share one. */
export function compileBatch(parts: EntityFetch[]): Step | undefined {
  const fetch = sharedFetch(parts.map((part) => part.fetch))
  if (!fetch) return undefined
  const request = requestOf(fetch)
  return async (run) => {
    const ready = parts.map((part) => part.prepare(run))
    const alone = ready.findIndex((one) => one !== null)
    if (alone < 0) return
    const lists = ready.map((one, index) => `"r${index}":[${one?.text ?? ''}]`).join()
    const variables = variablesText(fetch.variableUsages, run.variables)
    try {
      const { data, errors = [] } = await run.send(request(`${lists}${variables && ','}${variables}`))
      share(run, parts, ready, (index) => ({
        entities: data?.[`e${index}`],
        errors: errorsOf(errors, index, alone),
      }))
    } catch (error) {
      parts.forEach((part, index) => {
        if (ready[index]) part.fail(run, error)
      })
    }
  }
}

/** The errors under one of the shared fields; those without a path go with the first field that was needed. */
const errorsOf = (errors: readonly SubgraphError[], index: number, first: number): SubgraphError[] =>
  errors.filter(({ path }) => (path ? path[0] === `e${index}` : index === first))

function share(
  run: Run,
  parts: EntityFetch[],
  ready: (Prepared | null)[],
  answerOf: (index: number) => { entities: unknown; errors: readonly SubgraphError[] },
): void {
  parts.forEach((part, index) => {
    const prepared = ready[index]
    const { entities, errors } = answerOf(index)
    if (prepared) part.finish(run, prepared, entities, errors)
  })
}
