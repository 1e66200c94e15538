import { type ArgumentNode, type ConstDirectiveNode, Kind, print, type SelectionSetNode } from 'graphql'
import { nameNode, parseFieldSet, printFieldSet } from '../nodes.ts'
import { declareInaccessible, inaccessibleName } from './inaccessible.ts'
import {
  argumentOf,
  baseTypeOf,
  type Composite,
  directivesOf,
  type Field,
  type SupergraphSdl,
  textOf,
  withText,
} from './sdl.ts'

/** A call such as `price(currency: "USD")`, known to the planner as a field of its own. */
export type Call = { name: string; arguments: readonly ArgumentNode[] }

/**
 * Where a representation carries a required value (`/dimensions/price`), and what fills it: `|price__rq0` for every
 * type, `Book|price__rq1` for one.
 */
export type Slots = Map<string, Set<string>>

export type RequiredArguments = {
  /** `price__rq0` to the call it stands for. */
  calls: Map<string, Call>
  /** `inventory|Product.shipping` to what that field's @requires puts where. */
  slots: Map<string, Slots>
}

/** Whether a name is one that is given here; no field of a supergraph may have such a name. */
export const isCallName = (name: string): boolean => /__rq\d+$/.test(name)

type Work = RequiredArguments & {
  supergraph: SupergraphSdl
  byCall: Map<string, string>
  /** `INVENTORY|Product.price__rq0` where a @requires of that subgraph asks for the call. */
  asked: Set<string>
  queue: { type: Composite; field: Field }[]
  mark: string
}

/**
 * Gives every field with arguments inside a @requires a name of its own, without arguments and inaccessible to
 * clients: the planner tells fields apart by response name, not by arguments, so a client's `price(currency: "EUR")`
 * and a required `price(currency: "USD")` would share one answer. The fetches get the call back (repair.ts).
 */
export function nameRequiredArguments(supergraph: SupergraphSdl): RequiredArguments {
  const queue = [...supergraph.types.values()].flatMap((type) =>
    type.fields.map((field) => ({ type, field })),
  )
  const mark = inaccessibleName(supergraph)
  const known = { calls: new Map(), slots: new Map(), byCall: new Map(), asked: new Set<string>() }
  const work: Work = { supergraph, queue, mark, ...known }
  // The queue grows: a field that gets a second name may itself require something.
  for (const { type, field } of queue)
    field.directives = field.directives.map((join) =>
      join.name.value === 'join__field' ? renameRequires(work, type, field, join) : join,
    )
  if (work.calls.size) {
    declareInaccessible(supergraph)
    dropUnusedExternals(work)
  }
  return { calls: work.calls, slots: work.slots }
}

function renameRequires(
  work: Work,
  type: Composite,
  field: Field,
  join: ConstDirectiveNode,
): ConstDirectiveNode {
  const text = textOf(join, 'requires')
  if (!text) return join
  const slots: Slots = new Map()
  const graph = textOf(join, 'graph')
  const set = renameSet(work, type.name.value, parseFieldSet(text), { graph, slots, path: '' })
  const subgraph = work.supergraph.subgraphs.get(graph)
  work.slots.set(`${subgraph}|${type.name.value}.${field.name.value}`, slots)
  return withText(join, 'requires', printFieldSet(set))
}

type Place = { graph: string; slots: Slots; path: string; condition?: string }

function renameSet(work: Work, type: string, set: SelectionSetNode, place: Place): SelectionSetNode {
  return {
    ...set,
    selections: set.selections.map((one) => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return one
      if (one.kind === Kind.INLINE_FRAGMENT) {
        const condition = one.typeCondition?.name.value ?? type
        const inner = renameSet(work, condition, one.selectionSet, { ...place, condition })
        return { ...one, selectionSet: inner }
      }
      const field = work.supergraph.field(type, one.name.value)
      if (!field) return one
      const original = work.calls.get(one.name.value)?.name ?? one.name.value
      const name = field.arguments?.length
        ? nameOfCall(work, type, original, one.arguments ?? [])
        : one.name.value
      if (name !== original) noteAsked(work, place.graph, type, name)
      const path = `${place.path}/${original}`
      place.slots.set(path, (place.slots.get(path) ?? new Set()).add(`${place.condition ?? ''}|${name}`))
      const inner =
        one.selectionSet &&
        renameSet(work, baseTypeOf(field.type), one.selectionSet, {
          graph: place.graph,
          slots: place.slots,
          path,
        })
      return { ...one, name: nameNode(name), arguments: [], ...(inner && { selectionSet: inner }) }
    }),
  }
}

function nameOfCall(work: Work, type: string, name: string, given: readonly ArgumentNode[]): string {
  const call = `${name}(${given.map(print).join()})`
  const own = work.byCall.get(call) ?? `${name}__rq${work.byCall.size}`
  work.byCall.set(call, own)
  work.calls.set(own, { name, arguments: given })
  addField(work, type, name, own)
  return own
}

/** Declares the call as a field of the type and of everything that implements it. */
function addField(work: Work, type: string, name: string, own: string): void {
  const owner = work.supergraph.types.get(type)
  const field = work.supergraph.field(type, name)
  if (!owner || !field || work.supergraph.field(type, own)) return
  const hidden: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: nameNode(work.mark) }
  const { description: _, ...rest } = field
  const copy = {
    ...rest,
    name: nameNode(own),
    arguments: [],
    directives: [...directivesOf(field, 'join__field'), hidden],
  }
  owner.fields.push(copy)
  work.queue.push({ type: owner, field: copy })
  for (const one of implementersOf(work, type)) addField(work, one, name, own)
}

const implementersOf = ({ supergraph }: Work, type: string): string[] =>
  [...supergraph.types.values()]
    .filter(({ interfaces }) => interfaces?.some((parent) => parent.name.value === type))
    .map(({ name }) => name.value)

function noteAsked(work: Work, graph: string, type: string, own: string): void {
  work.asked.add(`${graph}|${type}.${own}`)
  for (const one of implementersOf(work, type)) noteAsked(work, graph, one, own)
}

/** Federation refuses an @external field that no @requires of its subgraph asks for, unless an interface does. */
function dropUnusedExternals({ supergraph, calls, asked }: Work): void {
  const originals = new Set([...calls.values()].map(({ name }) => name))
  for (const type of supergraph.types.values())
    for (const field of type.fields)
      if (calls.has(field.name.value) || (field.arguments?.length && originals.has(field.name.value)))
        field.directives = field.directives.filter(
          (join) =>
            !argumentOf(join, 'external') ||
            asked.has(`${textOf(join, 'graph')}|${type.name.value}.${field.name.value}`) ||
            interfaceAsks(supergraph, type, field, join),
        )
}

const interfaceAsks = (
  supergraph: SupergraphSdl,
  type: Composite,
  field: Field,
  join: ConstDirectiveNode,
): boolean => {
  const graph = argumentOf(join, 'graph')
  return directivesOf(type, 'join__implements').some(
    (one) =>
      argumentOf(one, 'graph') === graph &&
      declares(supergraph.field(textOf(one, 'interface'), field.name.value), graph),
  )
}

/** Whether a subgraph that has a type has this field of it; without a @join__field, each has. */
function declares(field: Field | undefined, graph: string | boolean | undefined): boolean {
  const joins = directivesOf(field, 'join__field')
  return field !== undefined && (!joins.length || joins.some((join) => argumentOf(join, 'graph') === graph))
}
