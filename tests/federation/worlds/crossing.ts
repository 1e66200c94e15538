import type { Thing, World } from '../world.ts'

// One place in the answer that several fetches fill at once, each for objects of other types.
const users: Record<string, Thing> = { u1: { id: 'u1' }, u2: { id: 'u2' } }
const post = { __typename: 'Post', id: 'p1' }
const box = { __typename: 'Box' }

export const crossing: World = {
  name: 'crossing',
  failing: true,
  find: ({ __typename: type, id }) => (type === 'Post' ? post : users[String(id)]),
  subgraphs: {
    things: `type Query { all: [Thing] } union Thing = Post | Box
      type Box { user: User } type Post @key(fields: "id") { id: ID! } type User @key(fields: "id") { id: ID! }`,
    people: `type Post @key(fields: "id") { id: ID! user: User }
      type User @key(fields: "id") { id: ID! name: String }`,
  },
  fields: {
    Query: { all: () => [post, box] },
    Box: { user: () => users['u2'] },
    Post: { user: () => users['u1'] },
    User: {
      name({ id }: Thing) {
        if (id === 'u2') throw new Error('no name')
        return 'An'
      },
    },
  },
}
