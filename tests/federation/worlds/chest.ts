import type { Thing, World } from '../world.ts'

// A value that every subgraph has, with a union that not all of them know all members of; also as an event.
const coin = { __typename: 'Coin', id: 'c1' }
const chest = { content: [coin, { __typename: 'Gem', tag: 1 }] }

export const chestWorld: World = {
  name: 'chest',
  find: () => coin,
  subgraphs: {
    whole: `type Query { chest: Chest } type Subscription { opened: Chest } type Chest @shareable { content: [Content!] }
      union Content = Coin | Gem type Gem @shareable { tag: Int } type Coin @key(fields: "id") { id: ID! }`,
    gems: `type Query { gem: Gem } type Chest @shareable { content: [Content!] } union Content = Gem
      type Gem @shareable { tag: Int }`,
    money: 'type Coin @key(fields: "id") { id: ID! worth: Int }',
  },
  fields: {
    Query: { chest: () => chest, gem: () => chest.content[1] },
    Subscription: { opened: () => chest },
    Coin: { worth: ({ id }: Thing) => String(id).length },
  },
}
