import type { Case } from './audit.ts'

/** Entities: found by their keys, whatever these are, from whichever subgraph one comes. */
export const entities: Case[] = [
  {
    name: 'simple-entity-call',
    parts: {
      email: {
        sdl: 'type Query { user: User } type User @key(fields: "id") { id: ID! email: String! @shareable }',
        data: { Query: { user: { id: 'u1', email: 'u1@x' } }, User: [{ id: 'u1', email: 'u1@x' }] },
      },
      nickname: {
        sdl: 'type User @key(fields: "email") { email: String! @shareable nickname: String! }',
        data: { User: [{ email: 'u1@x', nickname: 'one' }] },
      },
    },
    asks: [
      ['{ user { id nickname } }', { user: { id: 'u1', nickname: 'one' } }],
      ['{ user { nickname } }', { user: { nickname: 'one' } }],
    ],
  },
  {
    name: 'complex-entity-call',
    parts: {
      products: {
        sdl: `type Query { topProducts: ProductList! }
          type ProductList @key(fields: "products { id }") { products: [Product!]! @shareable }
          type Product @key(fields: "id") { id: String! category: Category @shareable }
          type Category @key(fields: "id") { id: String! mainProduct: Product! tag: String @shareable }`,
        data: {
          Query: { topProducts: { products: [{ id: '1' }, { id: '2' }] } },
          ProductList: [{ products: [{ id: '1' }, { id: '2' }] }],
          Product: [
            { id: '1', category: { id: 'c1', tag: 't1', mainProduct: { id: '1' } } },
            { id: '2', category: { id: 'c2', tag: 't2', mainProduct: { id: '2' } } },
          ],
          Category: [
            { id: 'c1', tag: 't1', mainProduct: { id: '1' } },
            { id: 'c2', tag: 't2', mainProduct: { id: '2' } },
          ],
        },
        compute: {
          'Product.category': ({ id }: { id: string }) => ({
            id: `c${id}`,
            tag: `t${id}`,
            mainProduct: { id },
          }),
        },
      },
      link: {
        sdl: `type Product @key(fields: "id") @key(fields: "id pid") { id: String! pid: String! @shareable }`,
        data: {
          Product: [
            { id: '1', pid: 'p1' },
            { id: '2', pid: 'p2' },
          ],
        },
      },
      list: {
        sdl: `type ProductList @key(fields: "products { id pid }") {
            products: [Product!]! @shareable first: Product selected: Product }
          type Product @key(fields: "id pid") { id: String! pid: String! @shareable }`,
        data: {
          ProductList: [
            {
              products: [
                { id: '1', pid: 'p1' },
                { id: '2', pid: 'p2' },
              ],
              first: { id: '1', pid: 'p1' },
              selected: { id: '2', pid: 'p2' },
            },
          ],
          Product: [
            { id: '1', pid: 'p1' },
            { id: '2', pid: 'p2' },
          ],
        },
      },
      price: {
        sdl: `type Product @key(fields: "id pid category { id tag }") {
            id: String! pid: String! @shareable category: Category @shareable price: Price }
          type Category @key(fields: "id tag") { id: String! tag: String @shareable }
          type Price { price: Float! }`,
        data: {
          Product: [
            { id: '1', pid: 'p1', category: { id: 'c1', tag: 't1' }, price: { price: 100 } },
            { id: '2', pid: 'p2', category: { id: 'c2', tag: 't2' }, price: { price: 200 } },
          ],
          Category: [{ id: 'c1', tag: 't1' }],
        },
      },
    },
    asks: [
      [
        '{ topProducts { products { id pid price { price } category { mainProduct { id } id tag } } selected { id } first { id } } }',
        {
          topProducts: {
            products: ['1', '2'].map((id) => ({
              id,
              pid: `p${id}`,
              price: { price: Number(id) * 100 },
              category: { mainProduct: { id }, id: `c${id}`, tag: `t${id}` },
            })),
            selected: { id: '2' },
            first: { id: '1' },
          },
        },
      ],
    ],
  },
  {
    name: 'mysterious-external',
    parts: {
      product: {
        sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String! price: Float! }',
        data: {
          Query: { product: { id: '1', name: 'Tea', price: 2 } },
          Product: [{ id: '1', name: 'Tea', price: 2 }],
        },
      },
      price: {
        sdl: 'extend type Product @key(fields: "id") { id: ID! @external price: Float! @external other: Int! }',
        data: { Product: [{ id: '1', price: 999, other: 7 }] },
        fed1: true,
      },
    },
    asks: [
      ['{ product { id name price other } }', { product: { id: '1', name: 'Tea', price: 2, other: 7 } }],
    ],
  },
  {
    name: 'keys-mashup',
    parts: {
      a: {
        sdl: `
          type A @key(fields: "id") @key(fields: "pId") @key(fields: "compositeId { one two }")
              @key(fields: "id compositeId { two three }") {
            id: ID!
            pId: ID!
            compositeId: CompositeID! @shareable
            name: String!
          }
          type CompositeID { one: ID! @shareable two: ID! @shareable three: ID! @shareable }`,
        data: {
          A: [{ id: '1', pId: 'p1', compositeId: { one: 'a', two: 'b', three: 'c' }, name: 'first' }],
        },
      },
      b: {
        sdl: `type Query { b: B }
          type A @key(fields: "id compositeId { two three }") { id: ID! compositeId: CompositeID! @shareable
            name: String! @external nameInB: String! @requires(fields: "name") }
          type CompositeID { two: ID! @shareable three: ID! @shareable }
          type B @key(fields: "id") { id: ID! a: [A!]! }`,
        data: {
          Query: { b: { id: '100', a: [{ id: '1', compositeId: { two: 'b', three: 'c' } }] } },
          A: [{ id: '1', compositeId: { two: 'b', three: 'c' } }],
        },
        compute: { 'A.nameInB': ({ name }: { name: string }) => `b.${name}` },
      },
    },
    asks: [
      [
        '{ b { id a { id name nameInB } } }',
        { b: { id: '100', a: [{ id: '1', name: 'first', nameInB: 'b.first' }] } },
      ],
    ],
  },
  {
    name: 'null-keys',
    parts: {
      a: {
        sdl: `
          type Query { bookContainers: [BookContainer] }
          type BookContainer { book: Book }
          type Book @key(fields: "upc") { upc: ID! }`,
        data: {
          Query: {
            bookContainers: [{ book: { upc: 'b1' } }, { book: { upc: 'b2' } }, { book: { upc: 'b3' } }],
          },
          Book: [{ upc: 'b1' }, { upc: 'b2' }, { upc: 'b3' }],
        },
      },
      b: {
        sdl: 'type Book @key(fields: "id") @key(fields: "upc") { id: ID! @shareable upc: ID! @shareable }',
        // Of b2 it knows nothing.
        data: {
          Book: [
            { id: '1', upc: 'b1' },
            { id: '3', upc: 'b3' },
          ],
        },
      },
      c: {
        sdl: 'type Book @key(fields: "id") { id: ID! @shareable author: Author } type Author { id: ID name: String }',
        data: {
          Book: [
            { id: '1', author: { id: 'a1', name: 'Alice' } },
            { id: '3', author: { id: 'a3', name: 'Bob' } },
          ],
        },
      },
    },
    asks: [
      [
        '{ bookContainers { book { upc author { name } } } }',
        {
          bookContainers: [
            { book: { upc: 'b1', author: { name: 'Alice' } } },
            { book: { upc: 'b2', author: null } },
            { book: { upc: 'b3', author: { name: 'Bob' } } },
          ],
        },
      ],
    ],
  },
  {
    name: 'parent-entity-call',
    parts: {
      a: {
        sdl: `
          type Query { products: [Product!]! }
          type Product @key(fields: "id") @key(fields: "id pid") { id: ID! pid: ID! @shareable }`,
        data: {
          Query: {
            products: [
              { id: '1', pid: 'p1' },
              { id: '2', pid: 'p2' },
            ],
          },
          Product: [
            { id: '1', pid: 'p1' },
            { id: '2', pid: 'p2' },
          ],
        },
      },
      b: {
        sdl: `
          type Product @key(fields: "id pid") { id: ID! pid: ID! @shareable category: Category @shareable }
          type Category { details: String @shareable }`,
        data: {
          Product: [
            { id: '1', pid: 'p1', category: { details: 'Details 1' } },
            { id: '2', pid: 'p2', category: { details: 'Details 2' } },
          ],
        },
      },
      // The same category, a part of it that is no entity: only by way of its product.
      c: {
        sdl: `
          type Product @key(fields: "id") { id: ID! category: Category @shareable }
          type Category { name: String @shareable }`,
        data: {
          Product: [
            { id: '1', category: { name: 'Cat 1' } },
            { id: '2', category: { name: 'Cat 2' } },
          ],
        },
      },
    },
    asks: [
      [
        '{ products { category { details name } } }',
        {
          products: [
            { category: { details: 'Details 1', name: 'Cat 1' } },
            { category: { details: 'Details 2', name: 'Cat 2' } },
          ],
        },
      ],
    ],
  },
  {
    name: 'parent-entity-call-complex',
    parts: {
      a: {
        sdl: `
          type Query { productFromA(id: ID!): Product }
          type Product @key(fields: "id") { id: ID! category: Category @shareable }
          type Category { details: String }`,
        data: {
          Query: {
            productFromA: ({ id }: { id: string }) => ({ id, category: { details: `Details ${id}` } }),
          },
          Product: [{ id: '1', category: { details: 'Details 1' } }],
        },
      },
      b: {
        sdl: `
          type Product @key(fields: "id") { id: ID! category: Category @shareable }
          type Category @key(fields: "id") { id: ID! }`,
        data: { Product: [{ id: '1', category: { id: '3' } }], Category: [{ id: '3' }] },
      },
      c: {
        sdl: 'type Category @key(fields: "id") { id: ID! name: String }',
        data: { Category: [{ id: '3', name: 'Category 3' }] },
      },
      d: {
        sdl: 'type Query { productFromD(id: ID!): Product } type Product @key(fields: "id") { id: ID! name: String }',
        data: {
          Query: { productFromD: ({ id }: { id: string }) => ({ id, name: `Product ${id}` }) },
          Product: [{ id: '1', name: 'Product 1' }],
        },
      },
    },
    asks: [
      [
        '{ productFromD(id: "1") { id name category { id name details } } }',
        {
          productFromD: {
            id: '1',
            name: 'Product 1',
            category: { id: '3', name: 'Category 3', details: 'Details 1' },
          },
        },
      ],
    ],
  },
]
