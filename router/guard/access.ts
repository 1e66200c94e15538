import type { ApolloServerOptions, BaseContext } from '@apollo/server'
import { refusalOf } from '@puchi/platform/access'
import { type Admission, operationAccess, type Refused, withRefusals } from '@puchi/platform/access-operation'
import type { OnDenied } from '@puchi/platform/access-resolvers'
import { accessRules } from '@puchi/platform/access-rules'
import type { Viewer } from '@puchi/platform/viewer'
import { buildASTSchema, type DocumentNode, GraphQLError, getOperationAST } from 'graphql'
import type { Subscribing } from '../execute/source.ts'

type GatewayInterface = NonNullable<ApolloServerOptions<BaseContext>['gateway']>
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>

/**
 * A gateway that plans no field its viewer may not have: the directives of the supergraph decide, of which the gateway
 * itself is given none.
 */
export function guarded(
  gateway: GatewayInterface,
  supergraph: DocumentNode,
  onDenied: OnDenied,
): GatewayInterface {
  const rules = accessRules(supergraph, buildASTSchema(supergraph, { assumeValidSDL: true }))
  return {
    load: async (options) => {
      const { executor } = await gateway.load(options)
      return { executor: executor && rules.size > 0 ? guardedExecutor(executor, rules, onDenied) : executor }
    },
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
  }
}

function guardedExecutor(
  execute: Executor,
  rules: ReturnType<typeof accessRules>,
  onDenied: OnDenied,
): Executor {
  let admission: Admission | undefined
  return async (request) => {
    admission ??= operationAccess(request.schema, rules)
    const viewer = (request.context as { viewer: Viewer | null }).viewer
    const { document, refused } = admission(request.document, viewer)
    if (refused.length === 0) return execute(request)
    if (viewer) for (const { coordinate } of refused) onDenied(viewer, coordinate)
    const operation = getOperationAST(document, request.operationName) ?? request.operation
    // Compiled operations are kept by text: what is left of a document is another one.
    const without = refused.map(({ coordinate, key }) => `${coordinate}/${key}`).join()
    const source = `${request.source}\n# without ${without}`
    if (operation.operation === 'subscription')
      return subscribed(execute, { ...request, document, operation, source }, refused)
    return withRefusals(await execute({ ...request, document, operation, source }), refused)
  }
}

/** A subscription to a field that its viewer may not have is refused; fields further down are null in every event. */
async function subscribed(
  execute: Executor,
  request: Parameters<Executor>[0],
  refused: readonly Refused[],
): ReturnType<Executor> {
  const root = request.schema.getSubscriptionType()?.name
  const whole = refused.find(({ coordinate }) => coordinate.startsWith(`${root}.`))
  if (whole) {
    const { message, extensions } = refusalOf(whole.denial, whole.coordinate)
    return { errors: [new GraphQLError(message, { path: [whole.key], extensions })] }
  }
  const answer = await execute(request)
  const { found } = (request.context as { subscribing?: Subscribing<unknown> }).subscribing ?? {}
  if (found) found.refused = refused
  return answer
}
