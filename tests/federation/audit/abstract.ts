import type { Case } from './audit.ts'

const text = { __typename: 'Text', id: 't1', title: 'Word' }
const image = { __typename: 'Image', id: 'i1', title: 'Lake' }

type Row = Record<string, unknown>

/** Interfaces and unions that subgraphs know differently. */
export const abstract: Case[] = [
  {
    name: 'abstract-types',
    parts: {
      books: {
        sdl: `
          type Query { books: [Book] }
          interface Product { id: ID! price: Float }
          interface Similar { similar: [Product] }
          type Book implements Product & Similar @key(fields: "id") {
            id: ID!
            title: String
            similar: [Product]
            price: Float @external
          }`,
        data: {
          Query: { books: [{ id: 'p1', title: 'One', similar: [{ __typename: 'Book', id: 'p3' }] }] },
          Book: [
            { id: 'p1', title: 'One', similar: [{ __typename: 'Book', id: 'p3' }] },
            { id: 'p3', title: 'Three', similar: [] },
          ],
        },
        fed1: true,
      },
      magazines: {
        sdl: 'type Query { magazines: [Magazine] } type Magazine @key(fields: "id") { id: ID! title: String }',
        data: {
          Query: { magazines: [{ id: 'p2', title: 'Two' }] },
          Magazine: [
            { id: 'p2', title: 'Two' },
            { id: 'p4', title: 'Four' },
          ],
        },
      },
      products: {
        sdl: `
          type Query { products: [Product] similar(id: ID!): [Product] }
          interface Product { id: ID! sku: String price: Float }
          type Book implements Product @key(fields: "id") { id: ID! sku: String price: Float @shareable }
          type Magazine implements Product @key(fields: "id") { id: ID! sku: String price: Float @shareable }`,
        data: {
          Query: {
            products: [
              { __typename: 'Book', id: 'p1', sku: 's1', price: 10 },
              { __typename: 'Magazine', id: 'p2', sku: 's2', price: 20 },
            ],
            similar: [{ __typename: 'Magazine', id: 'p4', sku: 's4', price: 40 }],
          },
          Book: [
            { id: 'p1', sku: 's1', price: 10 },
            { id: 'p3', sku: 's3', price: 30 },
          ],
          Magazine: [
            { id: 'p2', sku: 's2', price: 20 },
            { id: 'p4', sku: 's4', price: 40 },
          ],
        },
      },
      reviews: {
        sdl: `interface Product { id: ID! reviewsCount: Int! }
          type Book implements Product @key(fields: "id") { id: ID! reviewsCount: Int! reviews: [Review!]! }
          type Magazine implements Product @key(fields: "id") { id: ID! reviewsCount: Int! reviews: [Review!]! }
          type Review { id: Int! body: String! product: Product }`,
        data: {
          Book: [
            {
              id: 'p1',
              reviewsCount: 1,
              reviews: [{ id: 1, body: 'Good', product: { __typename: 'Book', id: 'p1' } }],
            },
            { id: 'p3', reviewsCount: 0, reviews: [] },
          ],
          Magazine: [
            {
              id: 'p2',
              reviewsCount: 2,
              reviews: [{ id: 2, body: 'Thin', product: { __typename: 'Magazine', id: 'p2' } }],
            },
            { id: 'p4', reviewsCount: 4, reviews: [] },
          ],
        },
      },
    },
    asks: [
      [
        '{ products { id reviewsCount } }',
        {
          products: [
            { id: 'p1', reviewsCount: 1 },
            { id: 'p2', reviewsCount: 2 },
          ],
        },
      ],
      [
        '{ products { id ... on Book { title reviews { body product { id ... on Book { title } } } } ... on Magazine { title } } }',
        {
          products: [
            { id: 'p1', title: 'One', reviews: [{ body: 'Good', product: { id: 'p1', title: 'One' } }] },
            { id: 'p2', title: 'Two' },
          ],
        },
      ],
      [
        '{ books { id title similar { id sku price reviewsCount } } }',
        {
          books: [{ id: 'p1', title: 'One', similar: [{ id: 'p3', sku: 's3', price: 30, reviewsCount: 0 }] }],
        },
      ],
      [
        'query ($m: Boolean = false) { similar(id: "p1") { __typename ... on Magazine { sku title @include(if: $m) } } }',
        { similar: [{ __typename: 'Magazine', sku: 's4' }] },
      ],
      [
        'query ($m: Boolean = false) { similar(id: "p1") { __typename ... on Magazine { sku title @include(if: $m) } } }',
        { similar: [{ __typename: 'Magazine', sku: 's4', title: 'Four' }] },
        { variables: { m: true } },
      ],
    ],
  },
  {
    name: 'circular-reference-interface',
    parts: {
      a: {
        sdl: `
          type Query { product: Product }
          interface Product { samePriceProduct: Product }
          type Book implements Product @key(fields: "id") {
            id: ID!
            samePriceProduct: Product @provides(fields: "... on Book { price }")
            price: Float @external
          }`,
        data: {
          Query: {
            product: {
              __typename: 'Book',
              id: '1',
              samePriceProduct: { __typename: 'Book', id: '2', price: 10 },
            },
          },
          Book: [{ id: '1', samePriceProduct: { __typename: 'Book', id: '2', price: 10 } }],
        },
        fed1: true,
      },
      b: {
        sdl: 'type Book @key(fields: "id") { id: ID! price: Float @shareable }',
        data: {
          Book: [
            { id: '1', price: 10 },
            { id: '2', price: 10 },
          ],
        },
      },
    },
    asks: [
      [
        '{ product { samePriceProduct { ... on Book { id } } } }',
        { product: { samePriceProduct: { id: '2' } } },
      ],
      [
        '{ product { ... on Book { price samePriceProduct { __typename ... on Book { price } } } } }',
        { product: { price: 10, samePriceProduct: { __typename: 'Book', price: 10 } } },
      ],
    ],
  },
  {
    name: 'shared-root of an interface with a field that each of its types has in another subgraph',
    parts: {
      a: {
        sdl: `type Query { feed: [Post] @shareable } interface Post { id: ID! }
          type Text implements Post @key(fields: "id") { id: ID! title: String }
          type Image implements Post @key(fields: "id") { id: ID! }`,
        data: { Query: { feed: [text, image] }, Text: [text], Image: [image] },
      },
      b: {
        sdl: `type Query { feed: [Post] @shareable } interface Post { id: ID! title: String }
          type Text implements Post @key(fields: "id") { id: ID! title: String @external }
          type Image implements Post @key(fields: "id") { id: ID! title: String }`,
        data: { Query: { feed: [text, image] }, Text: [text], Image: [image] },
      },
    },
    asks: [
      ['{ feed { title } }', { feed: [{ title: 'Word' }, { title: 'Lake' }] }],
      [
        '{ feed { title id ... on Image { name: title } } }',
        {
          feed: [
            { title: 'Word', id: 't1' },
            { title: 'Lake', id: 'i1', name: 'Lake' },
          ],
        },
      ],
    ],
  },
  {
    name: 'requires-interface',
    parts: {
      a: {
        sdl: `
          type Query { a: User }
          type User @key(fields: "id") {
            id: ID!
            address: Address @external
            city: String @requires(fields: "address { id }")
            country: String @requires(fields: "address { ... on WorkAddress { id } }")
          }
          interface Address { id: ID! }
          type HomeAddress implements Address @key(fields: "id") { id: ID! city: String }
          type WorkAddress implements Address @key(fields: "id") { id: ID! city: String }`,
        data: {
          Query: { a: { id: 'u1' } },
          User: [{ id: 'u1' }, { id: 'u2' }],
          HomeAddress: [{ id: 'h1', city: 'Hue' }],
          WorkAddress: [{ id: 'w1', city: 'Hanoi' }],
        },
        compute: {
          'User.city': ({ address }: { address: Row }) => `city of ${address['id']}`,
          'User.country': ({ address }: { address: Row }) =>
            address['id'] ? `country of ${address['id']}` : null,
        },
      },
      b: {
        sdl: `
          type Query { b: User other: User }
          type User @key(fields: "id") { id: ID! name: String! address: Address }
          interface Address { id: ID! street: String }
          type HomeAddress implements Address @key(fields: "id") { id: ID! street: String }
          type WorkAddress implements Address @key(fields: "id") { id: ID! street: String }`,
        data: {
          Query: {
            b: { id: 'u2', name: 'B', address: { __typename: 'WorkAddress', id: 'w1', street: 'W' } },
            other: { id: 'u1', name: 'A', address: { __typename: 'HomeAddress', id: 'h1', street: 'H' } },
          },
          User: [
            { id: 'u1', name: 'A', address: { __typename: 'HomeAddress', id: 'h1', street: 'H' } },
            { id: 'u2', name: 'B', address: { __typename: 'WorkAddress', id: 'w1', street: 'W' } },
          ],
          HomeAddress: [{ id: 'h1', street: 'H' }],
          WorkAddress: [{ id: 'w1', street: 'W' }],
        },
      },
    },
    asks: [
      ['{ a { name city } }', { a: { name: 'A', city: 'city of h1' } }],
      [
        '{ b { city country address { __typename id street } } }',
        {
          b: {
            city: 'city of w1',
            country: 'country of w1',
            address: { __typename: 'WorkAddress', id: 'w1', street: 'W' },
          },
        },
      ],
      [
        '{ a { address { id ... on HomeAddress { city street } } } }',
        { a: { address: { id: 'h1', city: 'Hue', street: 'H' } } },
      ],
    ],
  },
  {
    name: 'union-intersection',
    parts: {
      a: {
        sdl: `
          type Query { media: Media @shareable book: Media @shareable song: Media }
          union Media = Book | Song
          type Book { title: String! @shareable }
          type Song { title: String! @shareable }`,
        data: {
          Query: {
            media: { __typename: 'Book', title: 'Read' },
            book: { __typename: 'Book', title: 'Read' },
            song: { __typename: 'Song', title: 'Sung' },
          },
        },
      },
      b: {
        sdl: `
          type Query { media: Media @shareable book: Media @shareable viewer: Viewer }
          union Media = Book | Movie
          type Book { title: String! @shareable }
          type Movie { title: String! }
          type Viewer { media: Media }`,
        data: {
          Query: {
            media: { __typename: 'Book', title: 'Read' },
            book: { __typename: 'Book', title: 'Read' },
            viewer: { media: { __typename: 'Movie', title: 'Seen' } },
          },
        },
      },
    },
    asks: [
      ['{ media { __typename ... on Book { title } } }', { media: { __typename: 'Book', title: 'Read' } }],
      [
        '{ media { __typename ... on Book { title } ... on Song { title } ... on Movie { title } } }',
        { media: { __typename: 'Book', title: 'Read' } },
      ],
      [
        '{ song { __typename ... on Song { title } ... on Movie { title } } }',
        { song: { __typename: 'Song', title: 'Sung' } },
      ],
      [
        '{ viewer { media { ... on Song { title } ... on Movie { title } } } book { ... on Book { title } } }',
        { viewer: { media: { title: 'Seen' } }, book: { title: 'Read' } },
      ],
    ],
  },
  {
    name: 'union-interface-distinct',
    parts: {
      a: {
        sdl: `
          type Query { node: Node }
          union Node = A | B
          type A @key(fields: "id") { id: ID! x: String! @shareable }
          type B @key(fields: "id") { id: ID! }`,
        data: {
          Query: { node: { __typename: 'A', id: '1', x: 'x of a' } },
          A: [{ id: '1', x: 'x of a' }],
          B: [{ id: '2' }],
        },
      },
      b: {
        sdl: `
          type Query { things: [Thing] }
          interface Thing { id: ID! x: String! }
          type A implements Thing @key(fields: "id") { id: ID! x: String! @shareable }
          type B implements Thing @key(fields: "id") { id: ID! x: String! }`,
        data: {
          Query: { things: [{ __typename: 'B', id: '2', x: 'x of b' }] },
          A: [{ id: '1', x: 'x of a' }],
          B: [{ id: '2', x: 'x of b' }],
        },
      },
    },
    asks: [
      ['{ node { ... on Thing { id } ... on A { x } ... on B { x } } }', { node: { id: '1', x: 'x of a' } }],
      [
        '{ things { __typename ... on Node { ... on B { id x } } } }',
        { things: [{ __typename: 'B', id: '2', x: 'x of b' }] },
      ],
    ],
  },
  {
    // An oven is a node in one subgraph, and a product in the other.
    name: 'union-interface-distributed',
    parts: {
      a: {
        sdl: `
          type Query { products: [Product] toasters: [Toaster] }
          union Product = Oven | Toaster
          interface Node { id: ID! }
          type Oven @key(fields: "id") { id: ID! }
          type Toaster implements Node @key(fields: "id") { id: ID! warranty: Int }`,
        data: {
          Query: {
            products: [
              { __typename: 'Oven', id: 'o1' },
              { __typename: 'Toaster', id: 't1', warranty: 3 },
            ],
            toasters: [{ id: 't1', warranty: 3 }],
          },
          Oven: [{ id: 'o1' }],
          Toaster: [{ id: 't1', warranty: 3 }],
        },
      },
      b: {
        sdl: `
          type Query { node(id: ID!): Node nodes: [Node] }
          interface Node { id: ID! }
          type Oven implements Node @key(fields: "id") { id: ID! warranty: Int }
          type Toaster @key(fields: "id") { id: ID! }`,
        data: {
          Query: {
            node: ({ id }: { id: string }) => (id === 'o1' ? { __typename: 'Oven', id, warranty: 1 } : null),
            nodes: [{ __typename: 'Oven', id: 'o1', warranty: 1 }],
          },
          Oven: [{ id: 'o1', warranty: 1 }],
          Toaster: [{ id: 't1' }],
        },
      },
    },
    asks: [
      ['{ products { ... on Node { id } } }', { products: [{ id: 'o1' }, { id: 't1' }] }],
      [
        '{ products { ... on Node { __typename id ... on Oven { warranty } } } }',
        {
          products: [
            { __typename: 'Oven', id: 'o1', warranty: 1 },
            { __typename: 'Toaster', id: 't1' },
          ],
        },
      ],
      [
        '{ products { ... on Oven { warranty } ... on Toaster { warranty } } }',
        { products: [{ warranty: 1 }, { warranty: 3 }] },
      ],
      [
        '{ toasters { ... on Node { id ... on Oven { warranty } ... on Toaster { warranty } } } }',
        { toasters: [{ id: 't1', warranty: 3 }] },
      ],
      [
        '{ node(id: "o1") { __typename id ... on Oven { warranty } } }',
        { node: { __typename: 'Oven', id: 'o1', warranty: 1 } },
      ],
      // Of this subgraph's nodes none is a toaster, although toasters are nodes.
      ['{ node(id: "t1") { id ... on Toaster { warranty } } }', { node: null }],
      [
        '{ nodes { id ... on Toaster { warranty } ... on Oven { warranty } } }',
        { nodes: [{ id: 'o1', warranty: 1 }] },
      ],
    ],
  },
  {
    name: 'child-type-mismatch',
    parts: {
      a: {
        sdl: 'type Query { users: [User!]! } type User @key(fields: "id") { id: ID }',
        data: { Query: { users: [{ id: 'u1' }] }, User: [{ id: 'u1' }] },
      },
      b: {
        sdl: `
          union Account = User | Admin
          type User @key(fields: "id") { id: ID! name: String similarAccounts: [Account!]! }
          type Admin { id: ID name: String similarAccounts: [Account!]! }
          type Query { accounts: [Account!]! }`,
        data: {
          Query: {
            accounts: [
              { __typename: 'User', id: 'u1', name: 'U' },
              { __typename: 'Admin', id: 'a1', name: 'A', similarAccounts: [] },
            ],
          },
          User: [{ id: 'u1', name: 'U' }],
        },
        compute: {
          'User.similarAccounts': () => [{ __typename: 'Admin', id: 'a1', name: 'A', similarAccounts: [] }],
        },
      },
    },
    asks: [
      ['{ users { id name } }', { users: [{ id: 'u1', name: 'U' }] }],
      [
        '{ users { id similarAccounts { ... on User { id } ... on Admin { id name } } } accounts { ... on User { id } ... on Admin { id } } }',
        {
          users: [{ id: 'u1', similarAccounts: [{ id: 'a1', name: 'A' }] }],
          accounts: [{ id: 'u1' }, { id: 'a1' }],
        },
      ],
    ],
  },
]
