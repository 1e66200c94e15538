import type { Thing, World } from '../world.ts'

// A value that every subgraph has, with a union that not all of them know all members of; also as an event.
const coin = { __typename: 'Coin', id: 'c1' }
const boxes = [
  { __typename: 'Iron', id: 'i1' },
  { __typename: 'Gold', id: 'g1' },
]
const chest = { content: [coin, { __typename: 'Gem', tag: 1 }] }

export const chestWorld: World = {
  name: 'chest',
  find: ({ id }) => [coin, ...boxes].find((one) => one.id === id),
  subgraphs: {
    whole: `type Query { chest: Chest boxes: [Box] } type Subscription { opened: Chest } type Chest @shareable { content: [Content!] }
      union Content = Coin | Gem type Gem @shareable { tag: Int } type Coin @key(fields: "id") { id: ID! }
      interface Box { id: ID! } type Iron implements Box @key(fields: "id") { id: ID! }
      type Gold implements Box @key(fields: "id") { id: ID! holds: [Content!] }`,
    gems: `type Query { gem: Gem } type Chest @shareable { content: [Content!] } union Content = Gem
      type Gem @shareable { tag: Int } interface Box { id: ID! holds: [Content!] }
      type Iron implements Box @key(fields: "id") { id: ID! holds: [Content!] }`,
    money: 'type Coin @key(fields: "id") { id: ID! worth: Int }',
  },
  fields: {
    Query: { chest: () => chest, boxes: () => boxes, gem: () => chest.content[1] },
    Subscription: { opened: () => chest },
    Iron: { holds: () => [chest.content[1]] },
    Gold: { holds: () => chest.content },
    Coin: { worth: ({ id }: Thing) => String(id).length },
  },
}
