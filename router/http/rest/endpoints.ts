import { globSync, readFileSync } from 'node:fs'
import { argumentsOf } from '@puchi/platform/graphql/linked-names'
import { type DirectiveNode, type FieldNode, Kind, type OperationDefinitionNode, parse, print } from 'graphql'
import { z } from 'zod'

const folder = new URL('../../../schema/operations/rest/', import.meta.url)

const rest = z.object({
  method: z.enum(['GET', 'POST', 'PUT']),
  path: z.string().regex(/^\/[a-z/]+$/),
  /** The variable that takes the whole body; else each member of the body is a variable. */
  body: z.string().optional(),
  /** The member of the root field that is answered; else the root field itself. */
  answer: z.string().optional(),
})

/** One REST call, and the operation it stands for. */
export type Endpoint = z.output<typeof rest> & {
  /** The operation's name. */
  name: string
  summary: string
  /** What is executed. */
  text: string
  operation: OperationDefinitionNode
  /** The response key that the answer hangs on. */
  root: FieldNode
}

/** The REST calls of clients not moved yet: each file is one operation, and its @rest says where it is served. */
export const restEndpoints = (): Endpoint[] =>
  globSync('*.graphql', { cwd: folder })
    .sort()
    .map((file) => endpointIn(readFileSync(new URL(file, folder), 'utf8'), file))

/** Reads an operation with @rest(method:, path:, body:, answer:). Throws where the file holds anything else. */
function endpointIn(text: string, file: string): Endpoint {
  const [operation, ...more] = parse(text, { noLocation: true }).definitions
  const directive = operation?.kind === Kind.OPERATION_DEFINITION ? restOf(operation) : undefined
  if (operation?.kind !== Kind.OPERATION_DEFINITION || !directive || !operation.name || more.length > 0)
    throw new Error(`${file} must hold one named operation with @rest.`)
  const [root] = operation.selectionSet.selections
  if (root?.kind !== Kind.FIELD || operation.selectionSet.selections.length > 1)
    throw new Error(`${file} must ask one field.`)
  const bare = { ...operation, directives: operation.directives?.filter((one) => one !== directive) ?? [] }
  return {
    ...rest.parse(argumentsOf(directive)),
    name: operation.name.value,
    summary: /^# (.*)/.exec(text)?.[1] ?? '',
    text: print(bare),
    operation: bare,
    root,
  }
}

const restOf = ({ directives = [] }: OperationDefinitionNode): DirectiveNode | undefined =>
  directives.find(({ name }) => name.value === 'rest')
