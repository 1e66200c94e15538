import type { Case } from './audit.ts'

type Row = Record<string, unknown>

const crates = `
  union Crate = Open | Shut
  type Open @shareable { inner: Jar }
  type Shut @shareable { inner: [Jar!] }
  union Jar = Full | Torn
  type Full @shareable { left: Int lid: Lid }
  type Torn @shareable { left: String lid: [Lid] }
  union Lid = Tin | Cork
  type Tin @shareable { size: Int }
  type Cork @shareable { size: [Int!] }`
const lids = 'lid { ... on Tin { size } ... on Cork { size } }'
const jar = `... on Full { left ${lids} } ... on Torn { left ${lids} }`
const full = { __typename: 'Full', left: 1, lid: { __typename: 'Cork', size: [7, 8] } }
const torn = { __typename: 'Torn', left: 'two', lid: [{ __typename: 'Tin', size: 9 }, null] }
const open = { __typename: 'Open', inner: torn }
const shut = { __typename: 'Shut', inner: [torn, full] }
const boxes = [
  { id: 'b1', crate: open },
  { id: 'b2', crate: shut },
  { id: 'b3', crate: null },
]
/** What a box holds, whatever else came along. */
const seen = (value: unknown): string =>
  JSON.stringify(value, (key, inner) => (key === '__typename' ? undefined : inner))

/** @requires: what is computed is computed from what others were asked for before. */
export const requires: Case[] = [
  {
    name: 'simple-requires-provides',
    parts: {
      accounts: {
        sdl: `type Query { me: User }
          type User @key(fields: "id") { id: ID! name: String username: String @shareable }`,
        data: {
          Query: { me: { id: 'u1', name: 'U One', username: 'one' } },
          User: [{ id: 'u1', name: 'U One', username: 'one' }],
        },
      },
      products: {
        sdl: `type Query { products: [Product] }
          type Product @key(fields: "upc") { upc: String! weight: Int price: Int }`,
        data: {
          Query: {
            products: [
              { upc: 'p1', weight: 10, price: 20 },
              { upc: 'p2', weight: 2000, price: 30 },
            ],
          },
          Product: [
            { upc: 'p1', weight: 10, price: 20 },
            { upc: 'p2', weight: 2000, price: 30 },
          ],
        },
      },
      inventory: {
        sdl: `type Product @key(fields: "upc") { upc: String! weight: Int @external price: Int @external
          inStock: Boolean
          shippingEstimate: Int @requires(fields: "price weight") }`,
        data: {
          Product: [
            { upc: 'p1', inStock: true },
            { upc: 'p2', inStock: false },
          ],
        },
        compute: {
          'Product.shippingEstimate': ({ price, weight }: { price: number; weight: number }) =>
            price * weight,
        },
      },
      reviews: {
        sdl: `type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "username")
          product: Product }
          type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }
          type Product @key(fields: "upc") { upc: String! reviews: [Review] }`,
        data: {
          // What is provided differs from what accounts says, so that it shows who was asked.
          User: [
            {
              id: 'u1',
              reviews: [
                {
                  id: 'r1',
                  body: 'Good',
                  product: { upc: 'p1' },
                  author: { id: 'u1', username: 'provided' },
                },
              ],
            },
          ],
          Product: [
            { upc: 'p1', reviews: [{ id: 'r1', body: 'Good', author: { id: 'u1', username: 'provided' } }] },
            { upc: 'p2', reviews: [] },
          ],
          Review: [{ id: 'r1', body: 'Good' }],
        },
      },
    },
    asks: [
      [
        '{ products { upc shippingEstimate inStock reviews { author { id username } } } }',
        {
          products: [
            {
              upc: 'p1',
              shippingEstimate: 200,
              inStock: true,
              reviews: [{ author: { id: 'u1', username: 'provided' } }],
            },
            { upc: 'p2', shippingEstimate: 60_000, inStock: false, reviews: [] },
          ],
        },
      ],
      [
        '{ me { name reviews { product { shippingEstimate } author { name } } } }',
        {
          me: { name: 'U One', reviews: [{ product: { shippingEstimate: 200 }, author: { name: 'U One' } }] },
        },
      ],
    ],
  },
  {
    name: 'requires-requires',
    parts: {
      a: {
        sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID! price: Float! }',
        data: { Query: { product: { id: '1', price: 10 } }, Product: [{ id: '1', price: 10 }] },
      },
      b: {
        sdl: 'type Product @key(fields: "id") { id: ID! hasDiscount: Boolean! }',
        data: { Product: [{ id: '1', hasDiscount: true }] },
      },
      c: {
        sdl: `type Product @key(fields: "id") { id: ID! price: Float! @external
          hasDiscount: Boolean! @external
          isExpensive: Boolean! @requires(fields: "price")
          isExpensiveWithDiscount: Boolean! @requires(fields: "hasDiscount") }`,
        data: { Product: [{ id: '1' }] },
        compute: {
          'Product.isExpensive': ({ price }: Row) => Number(price) > 5,
          'Product.isExpensiveWithDiscount': ({ hasDiscount }: Row) => !hasDiscount,
        },
      },
      d: {
        sdl: `type Product @key(fields: "id") { id: ID! isExpensive: Boolean! @external
          isExpensiveWithDiscount: Boolean! @external
          canAfford: Boolean! @requires(fields: "isExpensive")
          canAffordWithDiscount: Boolean! @requires(fields: "isExpensiveWithDiscount") }`,
        data: { Product: [{ id: '1' }] },
        compute: {
          'Product.canAfford': ({ isExpensive }: Row) => !isExpensive,
          'Product.canAffordWithDiscount': ({ isExpensiveWithDiscount }: Row) => !isExpensiveWithDiscount,
        },
      },
    },
    asks: [
      ['{ product { canAffordWithDiscount } }', { product: { canAffordWithDiscount: true } }],
      ['{ product { canAfford } }', { product: { canAfford: false } }],
      [
        '{ product { canAfford isExpensive canAffordWithDiscount isExpensiveWithDiscount hasDiscount price } }',
        {
          product: {
            canAfford: false,
            isExpensive: true,
            canAffordWithDiscount: true,
            isExpensiveWithDiscount: false,
            hasDiscount: true,
            price: 10,
          },
        },
      ],
    ],
  },
  {
    name: 'requires-with-argument',
    parts: {
      a: {
        sdl: `type Query { product: Product }
          type Product @key(fields: "id") { id: ID! price(currency: String!): Float weight: Float }`,
        data: { Query: { product: { id: '1', weight: 2 } }, Product: [{ id: '1', weight: 2 }] },
        compute: {
          'Product.price': (_: never, { currency }: { currency: string }) => (currency === 'USD' ? 10 : 9),
        },
      },
      b: {
        sdl: `type Product @key(fields: "id") { id: ID! price(currency: String!): Float @external
          weight: Float @external
          shipping: Float @requires(fields: "price(currency: \\"USD\\") weight") }`,
        data: { Product: [{ id: '1' }] },
        compute: {
          'Product.shipping': ({ price, weight }: { price: number; weight: number }) => price * weight,
        },
      },
    },
    asks: [
      ['{ product { shipping } }', { product: { shipping: 20 } }],
      // requires-with-argument-conflict: the client asks for the same field with another argument.
      ['{ product { price(currency: "EUR") shipping } }', { product: { price: 9, shipping: 20 } }],
      ['{ product { shipping price(currency: "USD") } }', { product: { shipping: 20, price: 10 } }],
    ],
  },
  {
    name: 'requires-with-fragments',
    parts: {
      a: {
        sdl: `type Query { a: Entity } type Entity @key(fields: "id") { id: ID! data: Foo }
          interface Foo { foo: String! } interface Bar implements Foo { foo: String! bar: String! }
          type Baz implements Foo & Bar @shareable { foo: String! bar: String! baz: String! }
          type Qux implements Foo & Bar @shareable { foo: String! bar: String! qux: String! }`,
        data: {
          Query: { a: { id: 'e1' } },
          Entity: [{ id: 'e1', data: { __typename: 'Qux', foo: 'foo', bar: 'bar', qux: 'qux' } }],
        },
        compute: { 'Entity.data': () => ({ __typename: 'Qux', foo: 'foo', bar: 'bar', qux: 'qux' }) },
      },
      b: {
        sdl: `
          type Query { b: Entity @shareable }
          type Entity @key(fields: "id") {
            id: ID!
            data: Foo @external
            requirer: String!
              @requires(fields: "data { foo ... on Bar { bar ... on Baz { baz } ... on Qux { qux } } }")
          }
          interface Foo { foo: String! }
          interface Bar implements Foo { foo: String! bar: String! }
          type Baz implements Foo & Bar @shareable { foo: String! bar: String! baz: String! }
          type Qux implements Foo & Bar @shareable { foo: String! bar: String! qux: String! }`,
        data: { Query: { b: { id: 'e1' } }, Entity: [{ id: 'e1' }] },
        compute: {
          'Entity.requirer': ({ data }: { data: Row }) => `${data['foo']}_${data['bar']}_${data['qux']}`,
        },
      },
    },
    asks: [
      ['{ a { requirer } }', { a: { requirer: 'foo_bar_qux' } }],
      ['{ b { id requirer } }', { b: { id: 'e1', requirer: 'foo_bar_qux' } }],
    ],
  },
  {
    name: 'requires-circular',
    parts: {
      a: {
        sdl: `type Query { feed: [Post] } type Post @key(fields: "id") { id: ID! author: Author }
          type Author @key(fields: "id") { id: ID! yearsOfExperience: Int! @external
            byNovice: Boolean! @requires(fields: "yearsOfExperience") }`,
        data: {
          Query: {
            feed: [
              { id: 'p1', author: { id: 'a1' } },
              { id: 'p2', author: { id: 'a2' } },
            ],
          },
          Author: [{ id: 'a1' }, { id: 'a2' }],
        },
        compute: { 'Author.byNovice': ({ yearsOfExperience }: Row) => Number(yearsOfExperience) < 10 },
      },
      b: {
        sdl: `type Author @key(fields: "id") { id: ID! name: String! yearsOfExperience: Int!
          byNovice: Boolean! @external
          title: String! @requires(fields: "byNovice") }`,
        data: {
          Author: [
            { id: 'a1', name: 'John', yearsOfExperience: 5 },
            { id: 'a2', name: 'Jane', yearsOfExperience: 20 },
          ],
        },
        compute: { 'Author.title': ({ byNovice }: Row) => (byNovice ? 'novice' : 'expert') },
      },
    },
    asks: [
      [
        '{ feed { author { id byNovice } } }',
        { feed: [{ author: { id: 'a1', byNovice: true } }, { author: { id: 'a2', byNovice: false } }] },
      ],
      [
        '{ feed { author { title } } }',
        { feed: [{ author: { title: 'novice' } }, { author: { title: 'expert' } }] },
      ],
      [
        '{ feed { id author { byNovice: title name: yearsOfExperience t: title } } }',
        {
          feed: [
            { id: 'p1', author: { byNovice: 'novice', name: 5, t: 'novice' } },
            { id: 'p2', author: { byNovice: 'expert', name: 20, t: 'expert' } },
          ],
        },
      ],
    ],
  },
  {
    name: 'requires of unions in unions, whose types have fields of one name and other shapes',
    parts: {
      store: {
        sdl: `
          type Query { boxes: [Box] }
          type Box @key(fields: "id") { id: ID! crate: Crate }
          ${crates}`,
        data: { Query: { boxes: boxes }, Box: boxes },
      },
      scale: {
        sdl: `
          type Box @key(fields: "id") {
            id: ID!
            crate: Crate @external
            seen: String @requires(fields: "crate { ... on Open { inner { ${jar} } } ... on Shut { inner { ${jar} } } }")
          }
          ${crates}`,
        data: { Box: boxes.map(({ id }) => ({ id })) },
        compute: { 'Box.seen': ({ crate }: { crate: object | null }) => seen(crate) },
      },
    },
    asks: [
      ['{ boxes { id seen } }', { boxes: boxes.map(({ id, crate }) => ({ id, seen: seen(crate) })) }],
      [
        '{ boxes { seen crate { ... on Open { inner { ... on Torn { left } } } } } }',
        {
          boxes: [
            { seen: seen(open), crate: { inner: { left: 'two' } } },
            { seen: seen(shut), crate: {} },
            { seen: seen(null), crate: null },
          ],
        },
      ],
    ],
  },
]
