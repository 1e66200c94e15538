import type { Thing, World } from '../world.ts'

// Interfaces that some subgraphs see as one object, unions whose members differ, lists of lists, interfaces on interfaces.
type Media = Thing & { __typename: string; id: string; title: string | null; by: string }

const media: Media[] = [
  { __typename: 'Film', id: 'm1', title: 'One', by: 'u1', length: 90 },
  { __typename: 'Song', id: 'm2', title: null, by: 'u2', length: 3 },
  { __typename: 'Film', id: 'm3', title: 'm1', by: 'u1', length: null },
  { __typename: 'Talk', id: 'm4', title: 'Four', by: 'u3', length: 20 },
]
const users: Thing[] = [
  { __typename: 'User', id: 'u1', name: 'Ann' },
  { __typename: 'User', id: 'u2', name: null },
  { __typename: 'User', id: 'u3', name: 'u1' },
]
const of = (id: unknown): Media | undefined => media.find((one) => one.id === id)
const user = (id: unknown): Thing | undefined => users.find((one) => one['id'] === id)

const likes = ({ id }: Thing): number => Number(String(id).slice(1)) * 10
const cover = ({ id }: Thing, { size }: { size: string }): string | null =>
  id === 'm2' ? null : `${id}-${size}`
const text = (value: unknown): string => {
  if (value === undefined) throw new Error('required input missing')
  return String(value)
}
const own = {
  author: ({ by }: Media) => user(by),
  likes,
  cover,
  fans: ({ id }: Thing, { first }: { first: number }) => (id === 'm3' ? [] : users.slice(0, first)),
  banner: (one: Media) => `${one.title}/${one['length']}`,
  related: ({ id }: Thing) => media.filter((one) => one.id !== id).slice(0, 2),
  badge: (one: Thing) => ({ text: `${likes(one)}!`, on: of(one['id']) }),
  thumb: (one: Thing) => `<${cover(one, { size: 'S' })}>`,
  poster: (one: Thing) => `[${cover(one, { size: 'L' })}]`,
}

export const mediaWorld: World = {
  name: 'media',
  find: (one) => (one['__typename'] === 'User' ? user(one['id']) : of(one['id'])),
  subgraphs: {
    library: `type Query { all: [Media!]! film(id: ID!): Film found: [Found!]! grid: [[Media]] node(id: ID!): Node }
      interface Node { id: ID! }
      interface Media implements Node @key(fields: "id") { id: ID! title: String length: Int author: User }
      type Film implements Media & Node @key(fields: "id") { id: ID! title: String length: Int author: User director: User }
      type Song implements Media & Node @key(fields: "id") { id: ID! title: String length: Int author: User bpm: Int }
      type Talk implements Media & Node @key(fields: "id") { id: ID! title: String length: Int author: User slides: [String!] }
      type User implements Node @key(fields: "id") { id: ID! }
      union Found = Film | Song | User`,
    social: `type Query { liked: [Media!] top(n: Int = 2): Media }
      type Media @key(fields: "id") @interfaceObject { id: ID! likes: Int cover(size: Size!): String
        fans(first: Int!): [User!] related: [Media] badge: Badge }
      enum Size { S L } type Badge { text: String on: Media } type User @key(fields: "id") { id: ID! favourite: Media }`,
    art: `enum Size { S L } type Media @key(fields: "id") @interfaceObject { id: ID! title: String @external length: Int @external
        cover(size: Size!): String @external banner: String @requires(fields: "title length")
        thumb: String @requires(fields: "cover(size: S)") poster: String @requires(fields: "cover(size: L)") }`,
    people: `type Query { people: [User] } type User @key(fields: "id") { id: ID! name: String shout(mark: String): String }`,
    films: `interface Rated { stars(scale: Int = 5): Float }
      type Film implements Rated @key(fields: "id") { id: ID! stars(scale: Int = 5): Float awards: [Award!]! }
      type Award { name: String! to: Prize } union Prize = Film | User type User @key(fields: "id", resolvable: false) { id: ID! }`,
  },
  fields: {
    Query: {
      all: () => media,
      film: (_: unknown, { id }: Thing) => {
        const found = of(id)
        return found?.__typename === 'Film' ? found : null
      },
      found: () => [media[1], users[0], media[0]],
      grid: () => [[media[0], null], null, [], [media[3], media[1]]],
      node: (_: unknown, { id }: Thing) => of(id) ?? user(id) ?? users[1],
      liked: () => [media[2], media[1], media[3]],
      top: (_: unknown, { n }: { n: number }) => media[n] ?? null,
      people: () => [users[2], null, users[0]],
    },
    Media: own,
    Film: {
      ...own,
      director: () => users[1],
      stars: ({ id }: Thing, { scale }: { scale: number }) => (id === 'm3' ? 0 : scale / 2),
      awards: ({ id }: Thing) =>
        id === 'm3'
          ? []
          : [
              { name: 'A', to: media[2] },
              { name: 'B', to: users[2] },
              { name: 'C', to: null },
            ],
    },
    Song: { ...own, bpm: () => 120 },
    Talk: { ...own, slides: () => ['a', 'b'] },
    User: {
      favourite: ({ id }: Thing) => (id === 'u2' ? null : media[id === 'u1' ? 1 : 3]),
      shout: (one: Thing, { mark }: { mark?: string }) => `${user(one['id'])?.['name']}${mark ?? ''}`,
    },
  },
  required: {
    'Media.banner': (one: Thing) => `${text(one['title'])}/${text(one['length'])}`,
    'Media.thumb': (one: Thing) => `<${text(one['cover'])}>`,
    'Media.poster': (one: Thing) => `[${text(one['cover'])}]`,
  },
}
