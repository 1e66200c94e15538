import type { World } from '../world.ts'

// Interfaces on interfaces, which every subgraph knows other types of.
const types = `interface Item { tag: Int } interface Small { tag: Int } interface Flat { tag: Int }
  type Box implements Flat & Small & Item @shareable { tag: Int }
  type Card implements Flat & Item @shareable { tag: Int }`
const items = [
  { __typename: 'Box', tag: 1 },
  { __typename: 'Card', tag: 2 },
]

export const shelf: World = {
  name: 'shelf',
  find: () => undefined,
  subgraphs: {
    one: `type Query { shelf: [Item] } ${types}`,
    other: `type Query { small: Small } ${types} type Pot implements Small & Item { tag: Int }`,
  },
  fields: { Query: { shelf: () => items, small: () => items[0] } },
}
