import type { Case } from './audit.ts'

const emails = {
  sdl: '',
  data: { Query: { user: { id: 'u1', email: 'u1@x' } }, User: [{ id: 'u1', email: 'u1@x' }] },
}

/** A subgraph written for Federation 1 that adds to a user, in each way one can say so. */
const extending = (name: string, sdl: string, fed1: boolean): Case => ({
  name,
  parts: {
    email: {
      ...emails,
      sdl: 'type Query { user: User } type User @key(fields: "id") { id: ID! email: String! }',
    },
    rating: {
      sdl,
      fed1,
      data: { Query: { randomUser: { id: 'u1', rating: 5 } }, User: [{ id: 'u1', rating: 5 }] },
    },
  },
  asks: [
    ['{ user { id rating email } }', { user: { id: 'u1', rating: 5, email: 'u1@x' } }],
    ['{ randomUser { id rating email } }', { randomUser: { id: 'u1', rating: 5, email: 'u1@x' } }],
  ],
})

/** A subgraph written for Federation 1 that knows a product by either of its keys, in each way one can say so. */
const resolvable = (name: string, sdl: string): Case => ({
  name,
  parts: {
    a: {
      sdl,
      fed1: true,
      data: {
        Query: { productInA: { id: 'p1', upc: 'x1', name: 'not asked' } },
        Product: [{ id: 'p1', upc: 'x1' }],
      },
    },
    b: {
      sdl: `
        type Query { productInB: Product }
        type Product @key(fields: "id") @key(fields: "upc") {
          id: ID! @shareable
          upc: ID! @shareable
          name: String @shareable
          price: Float
        }`,
      data: {
        Query: { productInB: { id: 'p1', upc: 'x1', name: 'Tea', price: 2 } },
        Product: [{ id: 'p1', upc: 'x1', name: 'Tea', price: 2 }],
      },
    },
  },
  asks: [
    ['{ productInA { id name price } }', { productInA: { id: 'p1', name: 'Tea', price: 2 } }],
    ['{ productInA { upc price } }', { productInA: { upc: 'x1', price: 2 } }],
    ['{ productInB { id upc name } }', { productInB: { id: 'p1', upc: 'x1', name: 'Tea' } }],
  ],
})

let counted = 0
const add = (more: number): number => {
  counted += more
  return counted
}

/** What is left: shared roots, directives of the client, mutations, introspection, subgraphs of both versions. */
export const others: Case[] = [
  extending(
    'fed1-external-extends',
    'type Query { randomUser: User } type User @extends @key(fields: "id") { id: ID! @external rating: Int! }',
    true,
  ),
  extending(
    'fed1-external-extension',
    'extend type Query { randomUser: User } extend type User @key(fields: "id") { id: ID! @external rating: Int! }',
    true,
  ),
  extending(
    'fed2-external-extends',
    'type Query { randomUser: User } type User @extends @key(fields: "id") { id: ID! @external rating: Int! }',
    false,
  ),
  extending(
    'fed2-external-extension',
    'type Query { randomUser: User } extend type User @key(fields: "id") { id: ID! @external rating: Int! }',
    false,
  ),
  resolvable(
    'fed1-external-extension-resolvable',
    `
      type Query { productInA: Product }
      extend type Product @key(fields: "id") @key(fields: "upc") {
        id: ID! @external
        upc: ID! @external
        name: String @external
      }`,
  ),
  resolvable(
    'fed1-external-extends-resolvable',
    `
      type Query { productInA: Product }
      type Product @extends @key(fields: "id") @key(fields: "upc") {
        id: ID! @external
        upc: ID! @external
        name: String @external
      }`,
  ),
  {
    name: 'shared-root',
    parts: Object.fromEntries(
      [
        ['category', 'mainCategory', 'Tea'],
        ['name', 'brand', 'Co'],
        ['price', 'amount', 'Ten'],
      ].map(([part = '', field = '', value]) => [
        part,
        {
          sdl: `
            type Query { product: Product @shareable products: [Product] @shareable }
            type Product { id: ID! @shareable ${part}: ${field}Of }
            type ${field}Of { ${field}: String }`,
          data: {
            Query: {
              product: { id: '1', [part]: { [field]: value } },
              products: [{ id: '1', [part]: { [field]: value } }],
            },
          },
        },
      ]),
    ),
    asks: [
      [
        '{ product { id category { mainCategory } name { brand } price { amount } } }',
        {
          product: {
            id: '1',
            category: { mainCategory: 'Tea' },
            name: { brand: 'Co' },
            price: { amount: 'Ten' },
          },
        },
      ],
      [
        '{ products { id name { brand } price { amount } category { mainCategory } } }',
        {
          products: [
            { id: '1', name: { brand: 'Co' }, price: { amount: 'Ten' }, category: { mainCategory: 'Tea' } },
          ],
        },
      ],
      [
        '{ product { ...A ...B } } fragment A on Product { name { brand } } fragment B on Product { price { amount } }',
        { product: { name: { brand: 'Co' }, price: { amount: 'Ten' } } },
      ],
    ],
  },
  {
    name: 'typename',
    parts: {
      a: {
        ...emails,
        sdl: `
          type Query { user: User union: U }
          union U = User
          type User @key(fields: "id") { id: ID! email: String! }`,
        data: {
          ...emails.data,
          Query: { ...emails.data.Query, union: { __typename: 'User', id: 'u1', email: 'u1@x' } },
        },
      },
      b: {
        sdl: `
          interface Node { id: ID! }
          type User implements Node @key(fields: "id") { id: ID! age: Int }
          type Query { nodes: [Node] }`,
        data: { Query: { nodes: [{ __typename: 'User', id: 'u1', age: 3 }] }, User: [{ id: 'u1', age: 3 }] },
      },
    },
    asks: [
      ['{ __typename }', { __typename: 'Query' }],
      [
        '{ a: __typename user { b: __typename age } c: __typename }',
        { a: 'Query', user: { b: 'User', age: 3 }, c: 'Query' },
      ],
      [
        '{ union { __typename ... on User { typename: __typename } } }',
        { union: { __typename: 'User', typename: 'User' } },
      ],
      [
        '{ nodes { __typename id ... on User { email } } }',
        { nodes: [{ __typename: 'User', id: 'u1', email: 'u1@x' }] },
      ],
      [
        '{ __type(name: "User") { name kind } user { id } }',
        { __type: { name: 'User', kind: 'OBJECT' }, user: { id: 'u1' } },
      ],
    ],
  },
  {
    name: 'include-skip',
    parts: {
      a: {
        sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID! price: Float! }',
        data: { Query: { product: { id: '1', price: 699.99 } }, Product: [{ id: '1', price: 699.99 }] },
      },
      b: {
        sdl: `
          type Product @key(fields: "id") {
            id: ID!
            price: Float! @external
            isExpensive: Boolean! @requires(fields: "price")
            neverCalledInclude: Boolean
            neverCalledSkip: Boolean
            include: Boolean
            skip: Boolean
          }`,
        data: { Product: [{ id: '1', include: true, skip: true }] },
        compute: { 'Product.isExpensive': ({ price }: { price: number }) => price > 500 },
      },
    },
    asks: [
      [
        'query ($bool: Boolean = false) { product { price neverCalledInclude @include(if: $bool) } }',
        { product: { price: 699.99 } },
      ],
      [
        'query ($bool: Boolean = true) { product { price neverCalledSkip @skip(if: $bool) } }',
        { product: { price: 699.99 } },
      ],
      [
        'query ($bool: Boolean!) { product { include @include(if: $bool) skip @skip(if: $bool) isExpensive } }',
        { product: { include: true, isExpensive: true } },
        { variables: { bool: true } },
      ],
      [
        'query ($bool: Boolean!) { product { include @include(if: $bool) skip @skip(if: $bool) } }',
        { product: { skip: true } },
        { variables: { bool: false } },
      ],
      [
        'query ($bool: Boolean!) { product @skip(if: $bool) { ... @include(if: true) { include } } }',
        {},
        { variables: { bool: true } },
      ],
    ],
  },
  {
    name: 'mutations',
    parts: {
      a: {
        sdl: `
          type Mutation { add(num: Int!): Int @shareable addProduct(input: In!): Product! }
          input In { name: String! price: Float! }
          type Query { product(id: ID!): Product }
          type Product @key(fields: "id") { id: ID! name: String! price: Float! }`,
        data: {
          Query: { product: { id: '1', name: 'Tea', price: 2 } },
          Mutation: {
            add: ({ num }: { num: number }) => add(num),
            addProduct: ({ input }: { input: object }) => ({ id: '9', ...input }),
          },
          Product: [{ id: '9', name: 'new', price: 600 }],
        },
      },
      b: {
        sdl: `
          type Mutation { multiply(by: Int!): Int delete: Int }
          type Query { number: Int }
          type Product @key(fields: "id") {
            id: ID!
            price: Float! @external
            isExpensive: Boolean! @requires(fields: "price")
            isAvailable: Boolean!
          }`,
        data: {
          Query: { number: () => counted },
          Mutation: {
            multiply: ({ by }: { by: number }) => add(counted * (by - 1)),
            delete: () => add(-counted),
          },
          Product: [{ id: '9', isAvailable: true }],
        },
        compute: { 'Product.isExpensive': ({ price }: { price: number }) => price > 500 },
      },
    },
    asks: [
      // One after the other, in the client's order, whichever subgraph has them.
      [
        'mutation { five: add(num: 5) ten: multiply(by: 2) twelve: add(num: 2) delete last: add(num: 1) }',
        { five: 5, ten: 10, twelve: 12, delete: 0, last: 1 },
      ],
      [
        'mutation { addProduct(input: { name: "new", price: 599.99 }) { name price isExpensive isAvailable } }',
        { addProduct: { name: 'new', price: 599.99, isExpensive: true, isAvailable: true } },
      ],
    ],
  },
  {
    name: 'node',
    parts: {
      node: {
        sdl: `
          type Query { productNode: Node categoryNode: Node }
          interface Node { id: ID! }
          type Product implements Node @key(fields: "id") { id: ID! }
          type Category implements Node @key(fields: "id") { id: ID! }`,
        data: {
          Query: {
            productNode: { __typename: 'Product', id: 'p1' },
            categoryNode: { __typename: 'Category', id: 'c1' },
          },
          Product: [{ id: 'p1' }],
          Category: [{ id: 'c1' }],
        },
      },
      types: {
        sdl: `
          type Product @key(fields: "id") { id: ID! name: String! }
          type Category @key(fields: "id") { id: ID! name: String! }`,
        data: { Product: [{ id: 'p1', name: 'Tea' }], Category: [{ id: 'c1', name: 'Drinks' }] },
      },
    },
    asks: [
      [
        '{ productNode { ... on Product { id name __typename createdAt: id } } }',
        { productNode: { id: 'p1', name: 'Tea', __typename: 'Product', createdAt: 'p1' } },
      ],
      [
        '{ p: productNode { id ... on Category { name } } c: categoryNode { __typename ... on Category { name } } }',
        { p: { id: 'p1' }, c: { __typename: 'Category', name: 'Drinks' } },
      ],
    ],
  },
  {
    name: 'corrupted-supergraph-node-id',
    parts: {
      a: {
        sdl: `
          type Query { account(id: String!): Account node(id: ID!): Node }
          interface Node { id: ID! }
          type Account implements Node @key(fields: "id") { id: ID! username: String! chats: [Chat!]! }
          type Chat implements Node @key(fields: "id") { id: ID! account: Account! }`,
        data: {
          Query: {
            account: {
              id: 'a1',
              username: 'an',
              chats: [{ id: 'c1', account: { id: 'a1', username: 'an' } }],
            },
            node: { __typename: 'Chat', id: 'c1', account: { id: 'a1', username: 'an', chats: [] } },
          },
          Account: [{ id: 'a1', username: 'an', chats: [] }],
          Chat: [{ id: 'c1', account: { id: 'a1', username: 'an', chats: [] } }],
        },
      },
      b: {
        sdl: `
          type Query { chat(id: String!): Chat }
          interface Node { id: ID! }
          type Chat implements Node @key(fields: "id") { id: ID! text: String! }`,
        data: { Query: { chat: { id: 'c1', text: 'hello' } }, Chat: [{ id: 'c1', text: 'hello' }] },
      },
    },
    asks: [
      [
        '{ account(id: "a1") { id username chats { id text account { id username } } } }',
        {
          account: {
            id: 'a1',
            username: 'an',
            chats: [{ id: 'c1', text: 'hello', account: { id: 'a1', username: 'an' } }],
          },
        },
      ],
      [
        '{ chat(id: "c1") { id text account { id } } node(id: "1") { id ... on Chat { text } } }',
        { chat: { id: 'c1', text: 'hello', account: { id: 'a1' } }, node: { id: 'c1', text: 'hello' } },
      ],
    ],
  },
  {
    name: 'values written in every way',
    parts: {
      a: {
        sdl: `
          type Query {
            id(x: ID): String
            float(x: Float): String
            list(x: [[ID]]): String
            any(x: Any): String
            in(x: In): String
          }
          scalar Any
          input In { a: ID b: [Float!] }`,
        data: {
          Query: Object.fromEntries(
            ['id', 'float', 'list', 'any', 'in'].map((name) => [
              name,
              ({ x }: { x: unknown }) => JSON.stringify(x),
            ]),
          ),
        },
      },
    },
    asks: [
      [
        '{ a: id(x: "1") b: id(x: 1) c: id(x: "007") d: id(x: "-1") e: id(x: """1""") }',
        { a: '"1"', b: '"1"', c: '"007"', d: '"-1"', e: '"1"' },
      ],
      ['{ a: float(x: 1.50) b: float(x: 1e3) c: float(x: 2) }', { a: '1.5', b: '1000', c: '2' }],
      ['{ list(x: "1") any(x: A) }', { list: '[["1"]]', any: '"A"' }],
      ['{ in(x: { b: 1.0, a: "12" }) }', { in: '{"a":"12","b":[1]}' }],
    ],
  },
  {
    name: 'roots that subgraphs call otherwise, inside of answers',
    parts: {
      users: {
        sdl: `schema { query: Asking mutation: Changing } type Asking { me: User again: Asking! }
          type Changing { rename(to: String!): Asking } type User @key(fields: "id") { id: ID! name: String }`,
        data: {
          Asking: { me: { id: 'u1', name: 'An' }, again: {} },
          Changing: { rename: {} },
          User: [{ id: 'u1', name: 'An' }],
        },
      },
      counts: {
        sdl: `schema { query: Counting } type Counting { count: Int broken: Int }
          type User @key(fields: "id") { id: ID! karma: Int all: Counting }`,
        data: {
          Counting: { count: 4, broken: () => Promise.reject(new Error('broken')) },
          User: [{ id: 'u1', karma: 1, all: {} }],
        },
      },
    },
    asks: [
      [
        '{ again { __typename count ... on Query { me { karma all { me { name } count __typename } } } } }',
        {
          again: {
            __typename: 'Query',
            count: 4,
            me: { karma: 1, all: { me: { name: 'An' }, count: 4, __typename: 'Query' } },
          },
        },
      ],
      [
        'mutation { rename(to: "x") { again { count } me { name } __typename } }',
        { rename: { again: { count: 4 }, me: { name: 'An' }, __typename: 'Query' } },
      ],
      [
        '{ again { __typename broken me { name } } }',
        { again: { __typename: 'Query', broken: null, me: { name: 'An' } } },
        { errors: true },
      ],
    ],
  },
]
