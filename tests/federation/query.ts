import {
  type GraphQLAbstractType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'

export type Operation = { query: string; variables: Record<string, unknown> }

/** Decisions for a generator: a list of numbers, zeros after its end, so that a shorter list is a simpler query. */
class Dice {
  readonly #rolls: readonly number[]
  #next = 0

  constructor(rolls: readonly number[]) {
    this.#rolls = rolls
  }

  below(sides: number): number {
    return (this.#rolls[this.#next++] ?? 0) % sides
  }

  /** True once in so many rolls; never once the rolls are used up. */
  once(in_: number): boolean {
    return this.below(in_) === in_ - 1
  }

  pick<T>(list: readonly T[]): T {
    const found = list[this.below(list.length)]
    if (found === undefined) throw new Error('Nothing to pick from')
    return found
  }
}

type Making = { schema: GraphQLSchema; dice: Dice; aliases: readonly string[]; used: Map<string, string> }

/** Makes a query of a schema out of a list of numbers: aliases that collide, arguments, fragments, conditions. */
export function makeQuery(
  schema: GraphQLSchema,
  rolls: readonly number[],
  aliases: readonly string[],
): Operation {
  const dice = new Dice(rolls)
  const making: Making = { schema, dice, aliases, used: new Map() }
  const mutation = schema.getMutationType()
  const root = mutation && dice.once(12) ? mutation : schema.getQueryType()
  if (!root) throw new Error('No Query')
  const body = selection(making, root, 3)
  const head = [...making.used].map(([name, type]) => `$${name}:${type}`).join()
  const variables = { t: dice.once(2), f: dice.once(2) } as Record<string, unknown>
  for (const [name, type] of making.used)
    if (!(name in variables)) variables[name] = variableValue(dice, schema, type)
  const query = `${root === mutation ? 'mutation' : 'query'}${head && `(${head})`}${body}`
  return {
    query,
    variables: Object.fromEntries([...making.used.keys()].map((name) => [name, variables[name]])),
  }
}

function selection(making: Making, type: GraphQLNamedType, depth: number): string {
  const { dice, schema } = making
  const parts: string[] = []
  if ('getFields' in type && !isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    const count = 1 + dice.below(5)
    for (let index = 0; index < count; index++) {
      const field = dice.pick(fields as GraphQLField<unknown, unknown>[])
      if (!isCompositeType(getNamedType(field.type)) || depth > 0) parts.push(fieldText(making, field, depth))
    }
  }
  if (isAbstractType(type) && (!dice.once(4) || !parts.length))
    for (const one of within(schema, type))
      if (dice.once(2))
        parts.push(`...on ${one.name}${condition(making)}${selection(making, one, depth - 1)}`)
  if (isObjectType(type) && dice.once(6)) parts.push(wider(making, type, depth))
  if (dice.once(4)) parts.push(dice.once(6) ? `${dice.pick(making.aliases)}:__typename` : '__typename')
  return `{${parts.join(' ') || '__typename'}}`
}

/** What an abstract type may be: its object types, and every interface that one of them implements. */
function within(schema: GraphQLSchema, type: GraphQLAbstractType): GraphQLNamedType[] {
  const objects = schema.getPossibleTypes(type)
  const interfaces = objects.flatMap((one) => one.getInterfaces())
  return [...new Set([...objects, ...interfaces])].filter((one) => one !== type)
}

/** The type's own fields again, through a fragment on itself or on something it is. */
function wider(making: Making, type: GraphQLNamedType, depth: number): string {
  const { dice, schema } = making
  const all = Object.values(schema.getTypeMap()).filter(
    (one) => isInterfaceType(one) && isObjectType(type) && schema.isSubType(one, type),
  )
  const on = dice.pick([type, ...all])
  return `...on ${on.name}${condition(making)}${selection(making, on, depth - 1)}`
}

function fieldText(making: Making, field: GraphQLField<unknown, unknown>, depth: number): string {
  const { dice } = making
  const alias = dice.once(3) ? `${dice.pick(making.aliases)}:` : ''
  const given = field.args
    .filter((one) => isNonNullType(one.type) || dice.once(2))
    .map((one) => `${one.name}:${argument(making, one)}`)
    .join()
  const type = getNamedType(field.type)
  const below = isCompositeType(type) ? selection(making, type, depth - 1) : ''
  return `${alias}${field.name}${given && `(${given})`}${condition(making)}${below}`
}

function condition(making: Making): string {
  const { dice } = making
  if (!dice.once(8)) return ''
  const name = dice.pick(['t', 'f'])
  const value = dice.once(8) ? String(dice.once(2)) : `$${name}`
  if (value.startsWith('$')) making.used.set(name, 'Boolean!')
  return ` @${dice.pick(['include', 'skip'])}(if:${value})`
}

function argument(making: Making, { type }: GraphQLArgument): string {
  if (!making.dice.once(4)) return literal(making, type)
  const named = String(type).replace(/\W/g, '')
  const name = `v${named}${isListType(getNullableType(type)) ? 'List' : ''}${isNonNullType(type) ? 'Set' : ''}`
  making.used.set(name, String(type))
  return `$${name}`
}

const words = ['USD', 'EUR', 'x']

function literal(making: Making, type: GraphQLInputType): string {
  const { dice } = making
  if (isNonNullType(type)) return literal(making, type.ofType)
  if (isListType(type)) return `[${literal(making, type.ofType)}]`
  if (isEnumType(type)) return dice.pick(type.getValues()).name
  if (isInputObjectType(type))
    return `{${Object.values(type.getFields())
      .map((one) => `${one.name}:${literal(making, one.type)}`)
      .join()}}`
  if (String(type) === 'Boolean') return String(dice.once(2))
  return String(type) === 'Int' ? String(1 + dice.below(3)) : `"${dice.pick(words)}"`
}

function variableValue(dice: Dice, schema: GraphQLSchema, type: string): unknown {
  const named = schema.getType(type.replace(/\W/g, ''))
  if (isEnumType(named)) return dice.pick(named.getValues()).name
  if (isInputObjectType(named))
    return Object.fromEntries(
      Object.values(named.getFields()).map((one) => [
        one.name,
        variableValue(dice, schema, String(one.type)),
      ]),
    )
  if (named?.name === 'Boolean') return dice.once(2)
  const value = named?.name === 'Int' ? 1 + dice.below(3) : dice.pick(words)
  return type.startsWith('[') ? [value] : value
}
