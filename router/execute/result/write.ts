import {
  type FieldNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { ClientNames } from '../../plan/client-names.ts'
import type { Data } from '../data.ts'
import { innerText, jsonText } from '../json-text.ts'
import { type Composite, collectFields } from './collect.ts'

/** Writes an operation's data as JSON; null where the data is not as the schema promises. */
export type Write = (data: Data) => string | null

/** The generated code's way out; Apollo's result shaping takes over. */
const unusual = new Error('The data is not as the schema promises')

const literal = (value: unknown): string => JSON.stringify(value)

/**
 * Compiles the writer of one operation: a function of generated JavaScript for each type and selection, because only
 * there every property is read in a place of its own, which V8 makes several times faster than a shared loop. All
 * text that goes into the code is either ours or a JSON literal.
 */
export function compileWrite(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  names: ClientNames,
): Write {
  const root = schema.getRootType(operation.operation)
  if (!root) throw new Error(`The schema has no ${operation.operation}`)
  const source = new WriterSource(schema, names)
  const entry = source.object(root, [operation.selectionSet])
  const code = `"use strict";function bail(){throw unusual}\n${source.functions.join('\n')}\nreturn ${entry};`
  const compiled = new Function('text', 'inner', 'enums', 'unusual', code)(
    jsonText,
    innerText,
    source.enums,
    unusual,
  )
  return (data) => {
    try {
      return compiled(data, '')
    } catch (error) {
      if (error === unusual) return null
      throw error
    }
  }
}

/** Generated code, and the text that has to be written after it: it joins what comes next. */
type Code = { code: string; after: string }

const append = (text: string): string => (text ? `s+=${literal(text)};` : '')
const flushed = ({ code, after }: Code): string => code + append(after)

/** Every function takes an object and the text so far, and returns the text with the object written behind it. */
class WriterSource {
  readonly functions: string[] = []
  readonly enums: Record<string, string>[] = []
  readonly #schema: GraphQLSchema
  readonly #names: ClientNames
  readonly #known = new Map<string, string>()
  readonly #sets = new Map<SelectionSetNode, number>()

  constructor(schema: GraphQLSchema, names: ClientNames) {
    this.#schema = schema
    this.#names = names
  }

  /** The name of the function that writes an object of a type; equal work is written once. */
  object(type: GraphQLOutputType, sets: SelectionSetNode[]): string {
    const key = `${type}:${sets.map((set) => this.#numberOf(set)).join()}`
    const known = this.#known.get(key)
    if (known) return known
    const name = `write${this.functions.length}`
    this.#known.set(key, name)
    const index = this.functions.push('') - 1
    this.functions[index] = isObjectType(type)
      ? `function ${name}(o,s){${this.#guard(type)}${this.#braces(type, sets)}}`
      : `function ${name}(o,s){${this.#choice(type, sets)}throw unusual}`
    return name
  }

  #braces(type: Composite, sets: SelectionSetNode[]): string {
    const { code, after } = this.#fields(type, sets)
    return `${code}return s+${literal(`${after}}`)};`
  }

  #numberOf(set: SelectionSetNode): number {
    const number = this.#sets.get(set) ?? this.#sets.size
    this.#sets.set(set, number)
    return number
  }

  #guard(type: GraphQLObjectType): string {
    const root = (['query', 'mutation', 'subscription'] as string[]).some(
      (kind) => this.#schema.getRootType(kind as OperationDefinitionNode['operation']) === type,
    )
    const other = root ? '' : `||(o.__typename!==undefined&&o.__typename!==${literal(type.name)})`
    return `if(typeof o!=='object'${other})throw unusual;`
  }

  #choice(type: GraphQLOutputType, sets: SelectionSetNode[]): string {
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : []
    const cases = types.map((one) => `case ${literal(one.name)}:return ${this.object(one, sets)}(o,s);`)
    // An interface object that nobody asked for its type.
    if (isInterfaceType(type))
      cases.push(`case undefined:case ${literal(type.name)}:{${this.#braces(type, sets)}}`)
    return `switch(o.__typename){${cases.join('')}}`
  }

  #fields(type: Composite, sets: SelectionSetNode[]): Code {
    let all = ''
    let before = '{'
    for (const [key, nodes] of collectFields(this.#schema, type, sets)) {
      const comma = before === '{' ? '' : ','
      const { code, after } = this.#field(type, `${before}${comma}${literal(key)}:`, nodes)
      all += code
      before = after
    }
    return { code: all, after: before }
  }

  #field(type: Composite, before: string, nodes: readonly [FieldNode, ...FieldNode[]]): Code {
    const name = nodes[0].name.value
    if (name === '__typename' && isObjectType(type)) return { code: '', after: before + literal(type.name) }
    const field = type.getFields()[name]
    // Introspection fields, and the type of what may be several, are answered by Apollo's result shaping.
    if (!field) return { code: 'throw unusual;', after: '' }
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const key = literal(this.#names.inner(nodes[0]))
    const { code, after } = this.#value(field.type, { value: 'v', before, sets, depth: 0 })
    return { code: `{const v=o[${key}];${code}}`, after }
  }

  #value(type: GraphQLOutputType, place: Place): Code {
    const { value, before } = place
    if (isNonNullType(type)) {
      const { code, after } = this.#present(type.ofType, place)
      return { code: `if(${value}==null)throw unusual;${code}`, after }
    }
    const present = flushed(this.#present(type, place))
    return { code: `if(${value}==null)${append(`${before}null`)}else{${present}}`, after: '' }
  }

  #present(type: GraphQLOutputType, { value, before, sets, depth }: Place): Code {
    if (isListType(type)) {
      const [i, item] = [`i${depth}`, `v${depth}`]
      const each = this.#value(type.ofType, { value: item, before: '', sets, depth: depth + 1 })
      const code =
        `if(!Array.isArray(${value}))throw unusual;${append(`${before}[`)}` +
        `for(let ${i}=0;${i}<${value}.length;${i}++){const ${item}=${value}[${i}];if(${i})s+=',';${flushed(each)}}`
      return { code, after: ']' }
    }
    if (!isLeafType(type))
      return { code: `${append(before)}s=${this.object(type, sets)}(${value},s);`, after: '' }
    const { quote, text } = this.#leaf(type, value)
    return { code: `${append(before + quote)}s+=${text};`, after: quote }
  }

  #leaf(type: GraphQLLeafType, value: string): { quote: '"' | ''; text: string } {
    if (isEnumType(type)) {
      const texts = Object.fromEntries(type.getValues().map(({ name }) => [name, name]))
      const index = this.enums.push(Object.assign(Object.create(null), texts)) - 1
      return { quote: '"', text: `typeof ${value}==='string'?enums[${index}][${value}]??bail():bail()` }
    }
    switch (type.name) {
      case 'String':
        return { quote: '"', text: `typeof ${value}==='string'?inner(${value}):bail()` }
      case 'ID':
        return {
          quote: '',
          text: `typeof ${value}==='string'||Number.isInteger(${value})?text(${value}):bail()`,
        }
      case 'Int':
        return { quote: '', text: `(${value}|0)===${value}?${value}:bail()` }
      case 'Float':
        // JSON has numbers that are too large for one.
        return { quote: '', text: `Number.isFinite(${value})?${value}:bail()` }
      case 'Boolean':
        return { quote: '', text: `${value}===true?'true':${value}===false?'false':bail()` }
      default:
        return { quote: '', text: `JSON.stringify(${value})` }
    }
  }
}

/** Where a value comes from, what stands before it, and how deep in lists. */
type Place = { value: string; before: string; sets: SelectionSetNode[]; depth: number }
