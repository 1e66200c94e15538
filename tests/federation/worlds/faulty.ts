import type { Thing, World } from '../world.ts'

// Nulls and errors everywhere: in keys' owners, in inputs of requirements, below non-null, in lists.
type Node = Thing & { __typename: string; id: string }

const nodes: Node[] = ['n1', 'n2', 'n3', 'n4', 'n5'].map((id, index) => ({
  __typename: index % 2 ? 'Leaf' : 'Branch',
  id,
  index,
}))
const node = (id: unknown): Node | undefined => nodes.find((one) => one.id === id)
const indexOf = ({ id }: Thing): number => nodes.findIndex((one) => one.id === id)

/** A value that is null for some objects and an error for others. */
const shaky =
  <T>(name: string, value: (one: Thing, args: Thing) => T, { nulls = 3, errors = 4 } = {}) =>
  (one: Thing, args: Thing): T | null => {
    const index = indexOf(one)
    if (index % errors === errors - 1) throw new Error(`${name} of ${one['id']} failed`)
    return index % nulls === nulls - 1 ? null : value(one, args)
  }

const size = shaky('size', (one, { unit }) => indexOf(one) * (unit === 'x' ? 10 : 1), { nulls: 3, errors: 5 })
const mass = ({ id }: Thing, value: unknown): string => {
  if (value === undefined) throw new Error('required input missing')
  return `${id}:${value}`
}
/** An input that failed is null to whoever requires it. */
const input = (one: Thing, args: Thing): unknown => {
  try {
    return size(one, args)
  } catch {
    return null
  }
}
const own = {
  note: shaky('note', ({ id }) => `note ${id}`),
  size,
  children: ({ id }: Thing) => (id === 'n2' ? null : [nodes[indexOf({ id }) + 1] ?? null, null, nodes[0]]),
  next: ({ id }: Thing) => nodes[indexOf({ id }) + 1] ?? null,
  tags: shaky('tags', ({ id }) => [id, '', null, `"${id}"\n`]),
  sure: ({ id }: Thing) => `sure ${id}`,
  ratio: ({ id }: Thing) => (id === 'n3' ? 0 : 0.5),
  flag: ({ id }: Thing) => id === 'n1',
  firm: ({ id }: Thing) => {
    if (id === 'n4') throw new Error('firm failed')
    return { value: id === 'n2' ? null : `f${id}`, strict: `s${id}` }
  },
  extra: ({ id }: Thing) => ({ value: null, strict: `e${id}` }),
}

export const faulty: World = {
  name: 'faulty',
  failing: true,
  find: (one) => node(one['id']),
  subgraphs: {
    trunk: `type Query { nodes: [Node] first: Node! branch(id: ID!): Branch broken: String later: [Branch!] }
      interface Node { id: ID! sure: String! }
      type Branch implements Node @key(fields: "id") { id: ID! sure: String! size(unit: String): Int children: [Node] next: Node
        tags: [String] flag: Boolean! }
      type Leaf implements Node @key(fields: "id") { id: ID! sure: String! size(unit: String): Int next: Node ratio: Float }`,
    notes: `interface Node { id: ID! note: String firm: Firm! extra: Firm }
      type Branch implements Node @key(fields: "id") { id: ID! note: String firm: Firm! extra: Firm }
      type Leaf implements Node @key(fields: "id") { id: ID! note: String firm: Firm! extra: Firm }
      type Firm { value: String strict: String! } type Query { noted: [Node!] }`,
    mass: `type Branch @key(fields: "id") { id: ID! size(unit: String): Int @external mass: String @requires(fields: "size(unit: \\"x\\")") }
      type Leaf @key(fields: "id") { id: ID! size(unit: String): Int @external mass: String @requires(fields: "size") }`,
  },
  fields: {
    Query: {
      nodes: () => [nodes[0], null, ...nodes],
      first: () => nodes[1],
      branch: (_: unknown, { id }: Thing) => (id === 'x' ? nodes[0] : id === 'EUR' ? nodes[2] : null),
      broken: () => {
        throw new Error('broken for all')
      },
      later: () => [nodes[4], nodes[2]],
      noted: () => [nodes[3], nodes[0]],
    },
    Branch: { ...own, mass: (one: Thing) => mass(one, input(one, { unit: 'x' })) },
    Leaf: { ...own, mass: (one: Thing) => mass(one, input(one, {})) },
  },
  required: {
    'Branch.mass': (one: Thing) => mass(one, one['size']),
    'Leaf.mass': (one: Thing) => mass(one, one['size']),
  },
}
