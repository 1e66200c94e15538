import { globSync, readFileSync } from 'node:fs'
import {
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getLocation,
  getNamedType,
  isEnumType,
  isInputObjectType,
  parse,
  print,
  Source,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/** An operation that somebody sends. `file` is where it is written, seen from the project's folder. */
export type Operation = { file: string; document: DocumentNode }

const read = (file: string, text: string): Operation => ({
  file,
  document: visit(parse(new Source(text, file)), {
    // Where the router serves it as a REST call: no part of what is executed.
    Directive: ({ name }) => (name.value === 'rest' ? null : undefined),
  }),
})

/** The operations of schema/operations and of what frontends lay into schema/clients/. */
export const currentOperations = (folder: string): Operation[] =>
  globSync('schema/{operations,clients}/**/*.graphql', { cwd: folder })
    .sort()
    .map((file) => read(file, readFileSync(`${folder}/${file}`, 'utf8')))

/** Those of a release, which apps in the field still send, where they are not as they are now. */
export const releasedOperations = (manifest: string, current: Operation[]): Operation[] =>
  Object.entries(JSON.parse(manifest) as Record<string, string>)
    .filter(([, text]) => !current.some(({ document }) => print(document) === text))
    .map(([file, text]) => read(`released ${file}`, text))

/** `file:line` of the first place where the operation uses each type, `Type.member` and `Type.field.argument`. */
export function usesOf({ file, document }: Operation, schema: GraphQLSchema): Map<string, string> {
  const uses = new Map<string, string>()
  const info = new TypeInfo(schema)
  const note = (coordinate: string, place: string) => {
    if (!uses.has(coordinate)) uses.set(coordinate, place)
  }
  visit(
    document,
    visitWithTypeInfo(info, {
      enter(node) {
        const line = node.loc ? getLocation(node.loc.source, node.loc.start).line : 1
        const place = `${file}:${line}`
        if (node.kind === 'VariableDefinition') {
          const type = typeFromAST(schema, node.type as never)
          reach(type && getNamedType(type), (coordinate) => note(coordinate, place))
        }
        const parent = info.getParentType()?.name
        const field = info.getFieldDef()?.name
        if (node.kind === 'Argument' && parent && field) note(`${parent}.${field}.${node.name.value}`, place)
        if (node.kind !== 'Field' || !parent || !field) return
        note(parent, place)
        note(`${parent}.${field}`, place)
        const type = info.getType()
        reach(type && getNamedType(type), (coordinate) => note(coordinate, place))
      },
    }),
  )
  return uses
}

/** What comes with a type as a whole: its name, an enum's values, an input's fields and all behind them. */
function reach(type: GraphQLNamedType | null | undefined, note: (coordinate: string) => void): void {
  const seen = new Set<string>()
  const walk = (one: GraphQLNamedType): void => {
    if (seen.has(one.name)) return
    seen.add(one.name)
    note(one.name)
    if (isEnumType(one)) for (const { name } of one.getValues()) note(`${one.name}.${name}`)
    if (!isInputObjectType(one)) return
    for (const field of Object.values(one.getFields())) {
      note(`${one.name}.${field.name}`)
      walk(getNamedType(field.type))
    }
  }
  if (type) walk(type)
}

/** What `releasedOperations` reads: text by file. */
export const manifest = (operations: Operation[]): string =>
  `${JSON.stringify(Object.fromEntries(operations.map(({ file, document }) => [file, print(document)])), null, 2)}\n`
