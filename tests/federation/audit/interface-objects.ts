import type { Case } from './audit.ts'

type Row = Record<string, unknown>

const book = { __typename: 'Book', id: 'b1' }
const quill = { __typename: 'Pen', id: 'p1', name: 'Quill' }
const kieu = { ...book, name: 'Kieu' }
const pen = { __typename: 'Pen', id: 'p1' }

/** Interfaces that some subgraphs take for one type (@interfaceObject). */
export const interfaceObjects: Case[] = [
  {
    name: 'simple-interface-object',
    parts: {
      a: {
        sdl: `type Query { anotherUsers: [NodeWithName] @shareable users: [NodeWithName!]! }
          interface NodeWithName @key(fields: "id") { id: ID! name: String }
          type User implements NodeWithName @key(fields: "id") { id: ID! name: String age: Int }`,
        data: {
          Query: {
            users: [
              { __typename: 'User', id: 'u1', name: 'One', age: 11 },
              { __typename: 'User', id: 'u2', name: 'Two', age: 22 },
            ],
            anotherUsers: [],
          },
          NodeWithName: [
            { __typename: 'User', id: 'u1', name: 'One', age: 11 },
            { __typename: 'User', id: 'u2', name: 'Two', age: 22 },
          ],
          User: [
            { __typename: 'User', id: 'u1', name: 'One', age: 11 },
            { __typename: 'User', id: 'u2', name: 'Two', age: 22 },
          ],
        },
      },
      b: {
        sdl: `
          type Query { fromB: [NodeWithName!]! }
          type NodeWithName @key(fields: "id") @interfaceObject { id: ID! username: String }`,
        data: {
          Query: { fromB: [{ id: 'u1', username: 'one' }] },
          NodeWithName: [
            { id: 'u1', username: 'one' },
            { id: 'u2', username: 'two' },
          ],
        },
      },
      c: {
        sdl: `
          interface Account @key(fields: "id") { id: ID! }
          type Admin implements Account @key(fields: "id") {
            id: ID!
            isMain: Boolean!
            isActive: Boolean @shareable
          }
          type Query { accounts: [Account] }`,
        data: {
          Query: { accounts: [{ __typename: 'Admin', id: 'x1', isMain: false }] },
          Account: [{ __typename: 'Admin', id: 'x1', isMain: false }],
          Admin: [{ id: 'x1', isMain: false, isActive: true }],
        },
        compute: { 'Admin.isActive': () => true },
      },
      d: {
        sdl: 'type Account @key(fields: "id") @interfaceObject { id: ID! name: String! }',
        data: { Account: [{ id: 'x1', name: 'Alice' }] },
      },
    },
    asks: [
      [
        '{ users { id name username } }',
        {
          users: [
            { id: 'u1', name: 'One', username: 'one' },
            { id: 'u2', name: 'Two', username: 'two' },
          ],
        },
      ],
      [
        '{ users { ... on User { age id name username } } }',
        {
          users: [
            { age: 11, id: 'u1', name: 'One', username: 'one' },
            { age: 22, id: 'u2', name: 'Two', username: 'two' },
          ],
        },
      ],
      ['{ fromB { id username name } }', { fromB: [{ id: 'u1', username: 'one', name: 'One' }] }],
      [
        '{ fromB { __typename username ... on User { age } } }',
        { fromB: [{ __typename: 'User', username: 'one', age: 11 }] },
      ],
      ['{ accounts { id name } }', { accounts: [{ id: 'x1', name: 'Alice' }] }],
      [
        '{ accounts { __typename ... on Admin { name isMain } } }',
        { accounts: [{ __typename: 'Admin', name: 'Alice', isMain: false }] },
      ],
    ],
  },
  {
    name: 'interface-object-with-requires',
    parts: {
      a: {
        sdl: `type Query { users: [NodeWithName!]! } interface NodeWithName @key(fields: "id") { id: ID! name: String }
          type User implements NodeWithName @key(fields: "id") { id: ID! name: String age: Int }`,
        data: {
          Query: { users: [{ __typename: 'User', id: 'u1', name: 'One', age: 11 }] },
          NodeWithName: [{ __typename: 'User', id: 'u1', name: 'One', age: 11 }],
          User: [{ id: 'u1', name: 'One', age: 11 }],
        },
      },
      b: {
        sdl: `
          type Query { anotherUsers: [NodeWithName] }
          type NodeWithName @key(fields: "id") @interfaceObject {
            id: ID!
            name: String @external
            username: String @requires(fields: "name")
          }`,
        data: { Query: { anotherUsers: [{ id: 'u1' }] }, NodeWithName: [{ id: 'u1' }] },
        compute: { 'NodeWithName.username': ({ name }: Row) => String(name).toLowerCase() },
      },
    },
    asks: [
      ['{ users { id name username } }', { users: [{ id: 'u1', name: 'One', username: 'one' }] }],
      [
        '{ anotherUsers { id name username } }',
        { anotherUsers: [{ id: 'u1', name: 'One', username: 'one' }] },
      ],
      ['{ users { ... on User { age username } } }', { users: [{ age: 11, username: 'one' }] }],
      [
        '{ anotherUsers { __typename ... on User { age } } }',
        { anotherUsers: [{ __typename: 'User', age: 11 }] },
      ],
    ],
  },
  {
    name: 'interface-object-with-requires of what each type has elsewhere',
    parts: {
      goods: {
        sdl: `type Query { all: [Good] } interface Good @key(fields: "id") { id: ID! name: String }
          type Pen implements Good @key(fields: "id") { id: ID! name: String }
          type Book implements Good @key(fields: "id") { id: ID! name: String @external }`,
        data: {
          Query: { all: [book, quill] },
          Good: [book, quill],
          Pen: [quill],
          Book: [book],
        },
      },
      books: {
        sdl: `type Query { shelf: [Good] } interface Good { id: ID! } type Pen implements Good @key(fields: "id") { id: ID! }
          type Book implements Good @key(fields: "id") { id: ID! name: String }`,
        data: { Query: { shelf: [pen, kieu] }, Pen: [pen], Book: [kieu] },
      },
      labels: {
        sdl: `type Good @key(fields: "id") @interfaceObject { id: ID! name: String @external
            label: String @requires(fields: "name") box: Box @requires(fields: "name") }
          type Box @key(fields: "id") { id: ID! }`,
        data: { Good: [{ id: 'b1' }, { id: 'p1' }], Box: [] },
        compute: {
          'Good.label': ({ name }: Row) => `the ${name}`,
          'Good.box': ({ name }: Row) => ({ id: `box of ${name}` }),
        },
      },
      boxes: {
        sdl: 'type Box @key(fields: "id") { id: ID! size: Int }',
        data: { Box: [{ id: 'box of Kieu', size: 3 }] },
      },
    },
    asks: [
      ['{ shelf { label } }', { shelf: [{ label: 'the Quill' }, { label: 'the Kieu' }] }],
      [
        '{ shelf { id ... on Book { title: label } } all { label __typename } }',
        {
          shelf: [{ id: 'p1' }, { id: 'b1', title: 'the Kieu' }],
          all: [
            { label: 'the Kieu', __typename: 'Book' },
            { label: 'the Quill', __typename: 'Pen' },
          ],
        },
      ],
      [
        '{ shelf { ... on Book { box { size id } } } }',
        { shelf: [{}, { box: { size: 3, id: 'box of Kieu' } }] },
      ],
    ],
  },
  {
    name: 'interface-object at a shared root',
    parts: {
      goods: {
        sdl: `type Query { all: [Good] @shareable } interface Good @key(fields: "id") { id: ID! name: String }
          type Pen implements Good @key(fields: "id") { id: ID! name: String }
          type Book implements Good @key(fields: "id") { id: ID! name: String }`,
        data: { Query: { all: [kieu, pen] }, Good: [kieu, pen], Pen: [pen], Book: [kieu] },
      },
      prices: {
        sdl: `type Query { all: [Good] @shareable } type Good @key(fields: "id") @interfaceObject { id: ID! price: Int! }`,
        data: {
          Query: {
            all: [
              { id: 'b1', price: 9 },
              { id: 'p1', price: 2 },
            ],
          },
          Good: [],
        },
      },
    },
    asks: [
      [
        '{ all { id price name ... on Book { id } } }',
        {
          all: [
            { id: 'b1', price: 9, name: 'Kieu' },
            { id: 'p1', price: 2, name: null },
          ],
        },
      ],
    ],
  },
  {
    name: 'interface-object-indirect-extension',
    parts: {
      a: {
        sdl: `type Query { product: Product } interface Product @key(fields: "id") { id: ID! sku: ID! }
          type Book implements Product @key(fields: "id") { id: ID! sku: ID! pages: Int }`,
        data: {
          Query: { product: { __typename: 'Book', id: 'p1', sku: 's1', pages: 9 } },
          Product: [{ __typename: 'Book', id: 'p1', sku: 's1', pages: 9 }],
          Book: [{ id: 'p1', sku: 's1', pages: 9 }],
        },
      },
      b: {
        sdl: `
          type Product @key(fields: "id") @interfaceObject { id: ID! category: Category }
          type Category @key(fields: "id") { id: ID! main: Product }`,
        data: {
          Product: [{ id: 'p1', category: { id: 'c1', main: { id: 'p1' } } }],
          Category: [{ id: 'c1', main: { id: 'p1' } }],
        },
      },
      c: {
        sdl: 'type Category @key(fields: "id") { id: ID! name: String }',
        data: { Category: [{ id: 'c1', name: 'Books' }] },
      },
    },
    asks: [
      ['{ product { id category { name } } }', { product: { id: 'p1', category: { name: 'Books' } } }],
      [
        '{ product { category { main { sku ... on Book { pages } } } } }',
        { product: { category: { main: { sku: 's1', pages: 9 } } } },
      ],
    ],
  },
  {
    name: 'non-resolvable-interface-object',
    parts: {
      a: {
        sdl: `
          type Query { product: Product }
          interface Node @key(fields: "id") { id: ID! }
          type Product implements Node @key(fields: "id") { id: ID! name: String }`,
        data: {
          Query: { product: { __typename: 'Product', id: 'p1', name: 'Tea' } },
          Node: [{ __typename: 'Product', id: 'p1', name: 'Tea' }],
          Product: [{ id: 'p1', name: 'Tea' }],
        },
      },
      b: {
        sdl: 'type Query { b: Node } type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }',
        data: { Query: { b: { id: 'p1' } } },
      },
    },
    asks: [
      ['{ product { id name } }', { product: { id: 'p1', name: 'Tea' } }],
      ['{ b { id } }', { b: { id: 'p1' } }],
      ['{ b { ... on Product { name } } }', { b: { name: 'Tea' } }],
    ],
  },
]
