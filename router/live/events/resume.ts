import { withoutUnused } from '@puchi/platform/graphql/without-unused'
import {
  type ArgumentNode,
  astFromValue,
  type DocumentNode,
  type FieldNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isNullableType,
  Kind,
  parse,
  print,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import type { Data } from '../../execute/data.ts'
import { operationOf } from '../../plan/nodes.ts'

const argument = 'after'

/** How far a subscription has come: where its field takes `after`, the `version` of its last event goes there. */
export type Progress = {
  /** Whether the first frame is a snapshot or what was missed. */
  resumable: boolean
  /** Whether the client said what it saw last. */
  resuming: boolean
  see(data: Data | null | undefined): void
  /** The version of the last event seen. */
  version(): unknown
  /** The query that asks for what came after the last event seen. */
  query(): string
}

type Source = { schema: GraphQLSchema; query: string; variables: Data }

/** Follows a subscription by what its source is asked, from a version on where one was seen already. */
export function progressOf({ schema, query, variables }: Source, from?: unknown): Progress {
  // Read again where it is needed: thousands who follow the like would each keep a tree of their own.
  const root = rootOf(parse(query, { noLocation: true }))
  const fields = schema.getSubscriptionType()?.getFields()
  const taken = fields?.[root.name.value]?.args.find(({ name }) => name === argument)
  const type = taken && isNullableType(taken.type) ? taken.type : undefined
  const given = root.arguments?.find(isAfter)
  const resuming = given !== undefined && valueFromASTUntyped(given.value, variables) != null
  let seen = from
  return {
    resumable: type !== undefined,
    resuming,
    see(data) {
      const [event] = Object.values(data ?? {})
      const version = (event as Data | null | undefined)?.['version']
      if (version != null) seen = version
    },
    version: () => seen,
    query() {
      const value = type && literalOf(seen, type)
      return value ? print(withoutUnused(withAfter(parse(query), value))) : query
    },
  }
}

/** What a client calls `version` may be anything, since it may be an alias: what the argument cannot be is not sent. */
function literalOf(seen: unknown, type: GraphQLInputType): ValueNode | null {
  try {
    return seen == null ? null : (astFromValue(seen, type) ?? null)
  } catch {
    return null
  }
}

const isAfter = ({ name }: ArgumentNode): boolean => name.value === argument

// A planner writes the root field of a source out, whatever fragments it came from.
const rootOf = (document: DocumentNode): FieldNode =>
  operationOf(document).selectionSet.selections.find((one) => one.kind === Kind.FIELD) as FieldNode

function withAfter(document: DocumentNode, value: ValueNode): DocumentNode {
  const root = rootOf(document)
  const name = { kind: Kind.NAME as const, value: argument }
  const others = (root.arguments ?? []).filter((one) => !isAfter(one))
  const resumed = { ...root, arguments: [...others, { kind: Kind.ARGUMENT as const, name, value }] }
  return visit(document, { Field: (node) => (node === root ? resumed : undefined) })
}
