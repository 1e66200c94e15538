import { profiles } from './profiles.mjs'

// Six small subgraphs in the first federation's words, which every peer reads.
const people = 50
const number = (id) => Number(String(id).slice(1))
const range = (length, make) => Array.from({ length }, (_, index) => make(index))
const [admin, learner] = [
  { name: 'ADMIN', permissions: ['users:read', 'users:write', 'lessons:write'] },
  { name: 'LEARNER', permissions: ['lessons:read', 'progress:write'] },
]
const account = ({ id }) => ({
  id,
  email: `user${number(id)}@example.test`,
  roles: number(id) % 7 === 1 ? [admin, learner] : [learner],
})
const profile = ({ id }) => ({
  id,
  profile: {
    displayName: `Learner "${number(id)}" Ünïcode`,
    avatarUrl: number(id) % 3 ? `https://cdn.example.test/a/${id}.png` : null,
  },
  preferences: { dailyGoal: 20 + (number(id) % 5) * 10 },
  progress: {
    xp: 1000 + number(id) * 13,
    streak: number(id) % 9,
    lessons: range(20, (index) => ({
      id: `l${index}`,
      status: ['LOCKED', 'OPEN', 'DONE'][(index + number(id)) % 3],
    })),
  },
  friends: [1, 2, 3].map((step) => ({ id: `u${((number(id) + step * 7) % people) + 1}` })),
})
const product = ({ upc }) => ({ upc, name: `Product ${upc}`, price: number(upc) * 100 })
const review = (index) => ({
  id: `r${index}`,
  body: `Review number ${index}, rather long so that there is something to carry.`,
  author: { id: `u${(index % 6) + 1}` },
  product: { upc: `p${(index % 5) + 1}` },
})
const reviews = range(20, review)

export const subgraphs = {
  profiles,
  auth: {
    sdl: `extend type Query { me: User!  users: [User!]! }
type User @key(fields: "id") { id: ID!  email: String!  roles: [Role!]! }
type Role { name: String!  permissions: [String!]! }`,
    resolvers: {
      Query: {
        me: () => account({ id: 'u1' }),
        users: () => range(6, (index) => account({ id: `u${index + 1}` })),
      },
      User: { __resolveReference: account },
    },
  },
  user: {
    sdl: `extend type Query { leaderboard(limit: Int = 25): [Rank!]! }
type Rank { rank: Int!  score: Int!  user: User! }
extend type User @key(fields: "id") { id: ID! @external  profile: Profile  preferences: Preferences!  progress: Progress!  friends: [User!]! }
type Profile { displayName: String!  avatarUrl: String }
type Preferences { dailyGoal: Int! }
type Progress { xp: Int!  streak: Int!  lessons: [Lesson!]! }
type Lesson { id: ID!  status: LessonStatus! }
enum LessonStatus { LOCKED OPEN DONE }`,
    resolvers: {
      Query: {
        leaderboard: (_, { limit }) =>
          range(limit, (index) => ({
            rank: index + 1,
            score: 5000 - index * 17,
            user: profile({ id: `u${(index % people) + 1}` }),
          })),
      },
      User: { __resolveReference: profile },
    },
  },
  products: {
    sdl: `extend type Query { topProducts(first: Int = 5): [Product!]! }
type Product @key(fields: "upc") { upc: ID!  name: String  price: Int }`,
    resolvers: {
      Query: {
        topProducts: (_, { first }) => range(first, (index) => product({ upc: `p${index + 1}` })),
      },
      Product: { __resolveReference: product },
    },
  },
  inventory: {
    sdl: `extend type Product @key(fields: "upc") { upc: ID! @external  inStock: Boolean  shelf: Int }`,
    resolvers: {
      Product: {
        __resolveReference: ({ upc }) => ({ upc, inStock: number(upc) % 2 === 0, shelf: number(upc) }),
      },
    },
  },
  reviews: {
    sdl: `type Review @key(fields: "id") { id: ID!  body: String  author: User  product: Product }
extend type User @key(fields: "id") { id: ID! @external  reviews: [Review!] }
extend type Product @key(fields: "upc") { upc: ID! @external  reviews: [Review!] }`,
    resolvers: {
      User: {
        __resolveReference: ({ id }) => ({ id, reviews: reviews.filter(({ author }) => author.id === id) }),
        reviews: ({ id }) => reviews.filter(({ author }) => author.id === id),
      },
      Product: {
        __resolveReference: ({ upc }) => ({ upc }),
        reviews: ({ upc }) => reviews.filter(({ product: { upc: own } }) => own === upc),
      },
    },
  },
}
