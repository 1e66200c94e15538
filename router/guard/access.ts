import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface'
import { refusalOf } from '@puchi/platform/access/access'
import {
  type OperationAccess,
  operationAccess,
  type Refused,
  withRefusals,
} from '@puchi/platform/access/operation'
import type { OnDenied } from '@puchi/platform/access/resolvers'
import type { AccessRules } from '@puchi/platform/access/rules'
import type { Viewer } from '@puchi/platform/identity/viewer'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
} from 'graphql'
import { decide } from '../plan/conditions.ts'
import type { Caller } from './identity.ts'

/** What the access rules say of a subscription that may be opened. */
export type Verdict = {
  /** The fields its viewer may not have: they are not in what is executed. */
  refused: readonly Refused[]
  /** Whether nothing in it is guarded: then it is executed as nobody, for everyone who asks the same. */
  everyones?: boolean
}

/** What is known of a request; `found` is what it would open, where it may subscribe. */
type Known = Pick<Caller, 'viewer' | 'headers'> & { subscribing?: { found?: Verdict } }

type Planned = GatewayInterface & { planning: { schema: GraphQLSchema } }
type Guarded = GatewayInterface & {
  /** Whether a viewer may have all that a document asks for. */
  admits(document: DocumentNode, viewer: Viewer | null): boolean
}

/**
 * A gateway that plans no field its viewer may not have: the directives of the supergraph decide, of which the gateway
 * itself is given none.
 */
export function guarded(gateway: Planned, rules: AccessRules, onDenied: OnDenied): Guarded {
  const access = operationAccess(gateway.planning.schema, rules)
  const free = rules.size === 0
  return {
    admits: (document, viewer) => free || access(document, viewer).refused.length === 0,
    load: async (options) => {
      const { executor } = await gateway.load(options)
      return { executor: executor && !free ? guardedExecutor(executor, access, onDenied) : executor }
    },
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
  }
}

function guardedExecutor(
  execute: GatewayExecutor,
  access: OperationAccess,
  onDenied: OnDenied,
): GatewayExecutor {
  return async (request) => {
    const viewer = (request.context as Known).viewer
    const { document, refused } = access(request.document, viewer)
    if (refused.length === 0) return marked(execute, request, access)
    const asked = access(runOf(request), viewer).refused
    if (viewer) for (const { coordinate } of asked) onDenied(viewer, coordinate)
    const operation = getOperationAST(document, request.operationName) ?? request.operation
    // Compiled operations are kept by text: what is left of a document is another one.
    const without = refused.map(({ coordinate, key }) => `${coordinate}/${key}`).join()
    const source = `${request.source}\n# without ${without}`
    if (operation.operation === 'subscription')
      return subscribed(execute, { ...request, document, operation, source }, { refused, asked })
    return withRefusals(await execute({ ...request, document, operation, source }), refused)
  }
}

const once = { maxErrors: 1 }

/** Of a document what is run of it: one of its operations, without what its conditions leave out. */
function runOf({ document, operation, schema, request }: Parameters<GatewayExecutor>[0]): DocumentNode {
  const { variableDefinitions = [] } = operation
  const { coerced } = getVariableValues(schema, variableDefinitions, { ...request.variables }, once)
  // Of an operation whose variables do not fit, nothing is run.
  return { kind: Kind.DOCUMENT, definitions: coerced ? [decide(document, operation, coerced)] : [] }
}

/** Of a subscription that anybody may have, says so; where headers go on, each may be answered otherwise. */
async function marked(
  execute: GatewayExecutor,
  request: Parameters<GatewayExecutor>[0],
  access: OperationAccess,
): ReturnType<GatewayExecutor> {
  const answer = await execute(request)
  const { subscribing, headers } = request.context as Known
  const found = subscribing?.found
  if (found) found.everyones = !headers && access(request.document, null).refused.length === 0
  return answer
}

/** A subscription to a field that its viewer may not have is refused; fields further down are null in every event. */
async function subscribed(
  execute: GatewayExecutor,
  request: Parameters<GatewayExecutor>[0],
  { refused, asked }: { refused: readonly Refused[]; asked: readonly Refused[] },
): ReturnType<GatewayExecutor> {
  const root = request.schema.getSubscriptionType()?.name
  const whole = asked.find(({ coordinate }) => coordinate.startsWith(`${root}.`))
  if (whole) {
    const { message, extensions } = refusalOf(whole.denial, whole.coordinate)
    return { errors: [new GraphQLError(message, { path: [whole.key], extensions })] }
  }
  const answer = await execute(request)
  const found = (request.context as Known).subscribing?.found
  if (found) found.refused = refused
  return answer
}
