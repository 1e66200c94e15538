import { type ConstDirectiveNode, Kind, visit } from 'graphql'
import { namesOf, parseFieldSet } from '../nodes.ts'
import { argumentOf, directivesOf, type SupergraphSdl, textOf } from './sdl.ts'

/** What the planner fetches for itself, beside what the client asks for. */
export type OwnFields = {
  /** Every field of a key, a @requires or a context. */
  all: Set<string>
  /** The fields of keys. */
  keys: Set<string>
  /** `inventory|Media`, an interface that is an object in that subgraph, to the first fields of its keys there. */
  interfaceObjects: Map<string, string[][]>
}

/** The texts of the selections that fill @fromContext arguments. */
function contextSelections(join: ConstDirectiveNode): string[] {
  const list = join.arguments?.find((one) => one.name.value === 'contextArguments')?.value
  if (list?.kind !== Kind.LIST) return []
  return list.values.flatMap((value) => {
    if (value.kind !== Kind.OBJECT) return []
    const selection = value.fields.find((one) => one.name.value === 'selection')?.value
    return selection?.kind === Kind.STRING ? selection.value.trim().replace(/^\{(.*)\}$/s, '$1') : []
  })
}

const collect = (text: string, ...into: Set<string>[]): void => {
  if (!text) return
  visit(parseFieldSet(text), {
    Field(field) {
      for (const set of into) set.add(field.name.value)
    },
  })
}

/** Reads what the planner may add to a client's selection. */
export function ownFieldsOf({ types, subgraphs }: SupergraphSdl): OwnFields {
  const own: OwnFields = { all: new Set(['__typename']), keys: new Set(), interfaceObjects: new Map() }
  for (const [name, type] of types) {
    for (const join of directivesOf(type, 'join__type')) {
      collect(textOf(join, 'key'), own.all, own.keys)
      if (!argumentOf(join, 'isInterfaceObject')) continue
      const place = `${subgraphs.get(textOf(join, 'graph'))}|${name}`
      own.interfaceObjects.set(place, [
        ...(own.interfaceObjects.get(place) ?? []),
        namesOf(textOf(join, 'key')),
      ])
    }
    for (const join of type.fields.flatMap((field) => directivesOf(field, 'join__field'))) {
      collect(textOf(join, 'requires'), own.all)
      for (const text of contextSelections(join)) collect(text, own.all)
    }
  }
  return own
}
