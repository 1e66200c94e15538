import type { Case } from './audit.ts'

type Row = Record<string, unknown>

/** Who owns a field, and what is not the client's to see. */
export const owners: Case[] = [
  {
    name: 'simple-override',
    parts: {
      a: {
        sdl: 'type Query { feed: [Post] @shareable } type Post @key(fields: "id") { id: ID! createdAt: String! }',
        data: {
          Query: { feed: [{ id: 'p1', createdAt: 'from a' }] },
          Post: [{ id: 'p1', createdAt: 'from a' }],
        },
      },
      b: {
        sdl: `
          type Query { bFeed: [Post] }
          type Post @key(fields: "id") { id: ID! createdAt: String! @override(from: "a") }`,
        data: {
          Query: { bFeed: [{ id: 'p1', createdAt: 'from b' }] },
          Post: [{ id: 'p1', createdAt: 'from b' }],
        },
      },
    },
    asks: [
      ['{ feed { id createdAt } }', { feed: [{ id: 'p1', createdAt: 'from b' }] }],
      ['{ bFeed { id createdAt } }', { bFeed: [{ id: 'p1', createdAt: 'from b' }] }],
    ],
  },
  {
    name: 'override-with-requires',
    parts: {
      a: {
        sdl: 'type Query { userInA: User } type User @key(fields: "id") { id: ID! name: String! }',
        data: { Query: { userInA: { id: 'u1', name: 'a' } }, User: [{ id: 'u1', name: 'a' }] },
      },
      b: {
        sdl: `type Query { userInB: User } type User @key(fields: "id") { id: ID! name: String! @external
          aName: String! @requires(fields: "name") cName: String! @override(from: "c") @requires(fields: "name") }`,
        data: { Query: { userInB: { id: 'u1' } }, User: [{ id: 'u1' }] },
        compute: {
          'User.aName': ({ name }: Row) => `b.aName ${name}`,
          'User.cName': ({ name }: Row) => `b.cName ${name}`,
        },
      },
      c: {
        sdl: 'type Query { userInC: User } type User @key(fields: "id") { id: ID! cName: String! }',
        data: { Query: { userInC: { id: 'u1', cName: 'c' } }, User: [{ id: 'u1', cName: 'c' }] },
      },
    },
    asks: ['userInA', 'userInB', 'userInC'].map((field) => [
      `{ ${field} { id name aName cName } }`,
      { [field]: { id: 'u1', name: 'a', aName: 'b.aName a', cName: 'b.cName a' } },
    ]),
  },
  {
    name: 'override-type-interface',
    parts: {
      a: {
        sdl: `type Query { feed: [Post] } interface Post { id: ID! createdAt: String! }
          type ImagePost implements Post @key(fields: "id") { id: ID! createdAt: String! }`,
        data: {
          Query: { feed: [{ __typename: 'ImagePost', id: 'i1', createdAt: 'from a' }] },
          ImagePost: [{ id: 'i1', createdAt: 'from a' }],
        },
      },
      b: {
        sdl: `type Query { anotherFeed: [AnotherPost] } interface AnotherPost { id: ID! createdAt: String! }
          type ImagePost implements AnotherPost @key(fields: "id") { id: ID! createdAt: String! @override(from: "a") }
          type TextPost implements AnotherPost @key(fields: "id") { id: ID! createdAt: String! body: String! }`,
        data: {
          Query: {
            anotherFeed: [
              { __typename: 'TextPost', id: 't1', createdAt: 'text', body: 'x' },
              { __typename: 'ImagePost', id: 'i1', createdAt: 'from b' },
            ],
          },
          ImagePost: [{ id: 'i1', createdAt: 'from b' }],
          TextPost: [{ id: 't1', createdAt: 'text', body: 'x' }],
        },
      },
    },
    asks: [
      ['{ feed { id createdAt } }', { feed: [{ id: 'i1', createdAt: 'from b' }] }],
      ['{ feed { ... on ImagePost { createdAt } } }', { feed: [{ createdAt: 'from b' }] }],
      [
        '{ anotherFeed { createdAt id } }',
        {
          anotherFeed: [
            { createdAt: 'text', id: 't1' },
            { createdAt: 'from b', id: 'i1' },
          ],
        },
      ],
    ],
  },
  {
    name: 'unavailable-override',
    parts: {
      a: {
        sdl: `
          type Query { feed: [Post] }
          type Post @key(fields: "id") { id: ID! createdAt: String! @override(from: "gone") }`,
        data: {
          Query: { feed: [{ id: 'p1', createdAt: 'from a' }] },
          Post: [{ id: 'p1', createdAt: 'from a' }],
        },
      },
    },
    asks: [['{ feed { id createdAt } }', { feed: [{ id: 'p1', createdAt: 'from a' }] }]],
  },
  {
    name: 'simple-inaccessible',
    parts: {
      age: {
        sdl: `
          type Query { usersInAge: [User!]! @shareable }
          type User @key(fields: "id") { id: ID @shareable age: Int }`,
        data: { Query: { usersInAge: [{ id: 'u1', age: 30 }] }, User: [{ id: 'u1', age: 30 }] },
      },
      friends: {
        sdl: `
          type Query { users: [User!]! usersInFriends: [User!]! }
          type User @key(fields: "id") {
            id: ID @shareable
            friends(type: FriendType = FAMILY @inaccessible): [User!]!
            type: FriendType
            secret: String @inaccessible
          }
          enum FriendType { FAMILY @inaccessible FRIEND }`,
        data: {
          Query: { users: [{ id: 'u1' }], usersInFriends: [{ id: 'u1', type: 'FRIEND' }] },
          User: [{ id: 'u1', type: 'FRIEND' }],
        },
        compute: {
          'User.friends': (_: never, { type }: { type: string }) =>
            type === 'FAMILY' ? [{ id: 'u2', type: 'FAMILY' }] : [],
        },
      },
    },
    asks: [
      ['{ users { id friends { id } } }', { users: [{ id: 'u1', friends: [{ id: 'u2' }] }] }],
      [
        '{ usersInAge { id age friends { id } } }',
        { usersInAge: [{ id: 'u1', age: 30, friends: [{ id: 'u2' }] }] },
      ],
      ['{ usersInFriends { type age } }', { usersInFriends: [{ type: 'FRIEND', age: 30 }] }],
      // A value that the client may not know is none it can be told.
      [
        '{ usersInFriends { friends { id type } } }',
        { usersInFriends: [{ friends: [{ id: 'u2', type: null }] }] },
        { told: true },
      ],
      ['{ users { secret } }', undefined, { errors: true }],
      ['{ users { friends(type: FRIEND) { id } } }', undefined, { errors: true }],
    ],
  },
  {
    name: 'enum-intersection',
    parts: {
      a: {
        sdl: `
          type Query { users: [User] usersA: [User] }
          type User @key(fields: "id") { id: ID! type: UserType @shareable }
          enum UserType { ANONYMOUS REGISTERED @inaccessible }`,
        data: {
          Query: { users: [{ id: 'u1', type: 'REGISTERED' }], usersA: [{ id: 'u1', type: 'ANONYMOUS' }] },
          User: [{ id: 'u1', type: 'REGISTERED' }],
        },
      },
      b: {
        sdl: `
          type Query { usersB(filter: UsersFilter): [User] }
          input UsersFilter { first: Int type: UserType }
          type User @key(fields: "id") { id: ID! type: UserType @shareable }
          enum UserType { ANONYMOUS REGISTERED }`,
        data: {
          Query: { usersB: [{ id: 'u1', type: 'ANONYMOUS' }] },
          User: [{ id: 'u1', type: 'ANONYMOUS' }],
        },
      },
    },
    asks: [
      ['{ usersA { id type } }', { usersA: [{ id: 'u1', type: 'ANONYMOUS' }] }],
      ['{ users { id type } }', { users: [{ id: 'u1', type: null }] }, { told: true }],
      ['{ usersB(filter: { first: 1, type: ANONYMOUS }) { type } }', { usersB: [{ type: 'ANONYMOUS' }] }],
      ['{ usersB(filter: { type: REGISTERED }) { type } }', undefined, { errors: true }],
    ],
  },
  {
    name: 'input-object-intersection',
    parts: {
      a: {
        sdl: `
          type Query { usersInA(filter: UsersFilter!): [User!] }
          input UsersFilter { offset: Int first: Int! }
          type User @key(fields: "id") { id: ID! }`,
        data: {
          Query: { usersInA: ({ filter }: { filter: { first: number } }) => [{ id: `u${filter.first}` }] },
          User: [{ id: 'u1' }],
        },
      },
      b: {
        sdl: `
          type Query { usersInB(filter: UsersFilter!): [User!] }
          input UsersFilter { first: Int! }
          type User @key(fields: "id") { id: ID! }`,
        data: {
          Query: { usersInB: ({ filter }: { filter: { first: number } }) => [{ id: `u${filter.first}` }] },
          User: [{ id: 'u1' }],
        },
      },
    },
    asks: [
      [
        'query ($filter: UsersFilter!) { usersInA(filter: $filter) { id } usersInB(filter: $filter) { id } }',
        { usersInA: [{ id: 'u1' }], usersInB: [{ id: 'u1' }] },
        { variables: { filter: { first: 1 } } },
      ],
      ['{ usersInA(filter: { first: 2 }) { id } }', { usersInA: [{ id: 'u2' }] }],
      [
        'query ($filter: UsersFilter!) { usersInA(filter: $filter) { id } }',
        undefined,
        { variables: { filter: { first: 1, offset: 2 } }, errors: true },
      ],
    ],
  },
]
