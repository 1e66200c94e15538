import type { Case } from './audit.ts'

/** @provides: what a subgraph gives of an entity that another one owns is not asked of that one. */
export const provides: Case[] = [
  {
    name: 'nested-provides',
    parts: {
      category: {
        sdl: `type Query { products: [Product] @provides(fields: "categories { id name }") }
          type Product @key(fields: "id") { id: ID! categories: [Category] @external }
          type Category @key(fields: "id") { id: ID! name: String @external }`,
        data: {
          Query: { products: [{ id: 'p1', categories: [{ id: 'c1', name: 'provided' }] }] },
          Product: [{ id: 'p1' }],
          Category: [{ id: 'c1' }],
        },
      },
      subcategories: {
        sdl: `type Product @key(fields: "id") { id: ID! categories: [Category] @shareable }
          type Category @key(fields: "id") { id: ID! name: String @shareable subCategories: [Category] }`,
        data: {
          Product: [{ id: 'p1', categories: [{ id: 'c1', name: 'asked' }] }],
          Category: [{ id: 'c1', name: 'asked', subCategories: [{ id: 'c2', name: 'sub' }] }],
        },
      },
    },
    asks: [
      [
        '{ products { id categories { id name } } }',
        { products: [{ id: 'p1', categories: [{ id: 'c1', name: 'provided' }] }] },
      ],
      [
        '{ products { id categories { id subCategories { id name } } } }',
        { products: [{ id: 'p1', categories: [{ id: 'c1', subCategories: [{ id: 'c2', name: 'sub' }] }] }] },
      ],
    ],
  },
  {
    name: 'provides-on-interface',
    parts: {
      a: {
        sdl: `type Query { media: Media @shareable } interface Media { id: ID! animals: [Animal] }
          interface Animal { id: ID! name: String }
          type Book implements Media @key(fields: "id") { id: ID! animals: [Animal] @shareable }
          type Dog implements Animal @key(fields: "id") { id: ID! name: String @external }
          type Cat implements Animal @key(fields: "id") { id: ID! name: String @external }`,
        data: {
          Query: {
            media: {
              __typename: 'Book',
              id: 'm1',
              animals: [
                { __typename: 'Dog', id: 'd1' },
                { __typename: 'Cat', id: 'k1' },
              ],
            },
          },
        },
      },
      b: {
        sdl: `type Query { media: Media @shareable @provides(fields: "animals { id name }") }
          interface Media { id: ID! animals: [Animal] }
          interface Animal { id: ID! name: String }
          type Book implements Media @key(fields: "id") { id: ID! @shareable animals: [Animal] @external }
          type Dog implements Animal @key(fields: "id") { id: ID! name: String @external }
          type Cat implements Animal @key(fields: "id") { id: ID! name: String @external }`,
        data: {
          Query: {
            media: {
              __typename: 'Book',
              id: 'm1',
              animals: [
                { __typename: 'Dog', id: 'd1', name: 'Fido' },
                { __typename: 'Cat', id: 'k1', name: 'Whiskers' },
              ],
            },
          },
        },
      },
      c: {
        sdl: `interface Media { id: ID! animals: [Animal] } interface Animal { id: ID! name: String }
          type Book implements Media @key(fields: "id") { id: ID! @shareable animals: [Animal] @shareable }
          type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable age: Int }
          type Cat implements Animal @key(fields: "id") { id: ID! name: String @shareable age: Int }`,
        data: {
          Book: [
            {
              id: 'm1',
              animals: [
                { __typename: 'Dog', id: 'd1', name: 'Fido' },
                { __typename: 'Cat', id: 'k1', name: 'Whiskers' },
              ],
            },
          ],
          Dog: [{ id: 'd1', name: 'Fido', age: 8 }],
          Cat: [{ id: 'k1', name: 'Whiskers', age: 6 }],
        },
      },
    },
    asks: [
      [
        '{ media { id animals { id name } } }',
        {
          media: {
            id: 'm1',
            animals: [
              { id: 'd1', name: 'Fido' },
              { id: 'k1', name: 'Whiskers' },
            ],
          },
        },
      ],
      [
        '{ media { animals { id name ... on Cat { age } } } }',
        {
          media: {
            animals: [
              { id: 'd1', name: 'Fido' },
              { id: 'k1', name: 'Whiskers', age: 6 },
            ],
          },
        },
      ],
    ],
  },
  {
    name: 'provides-on-union',
    parts: {
      a: {
        sdl: `type Query { media: [Media] @provides(fields: "... on Book { title }") }
          union Media = Book | Movie
          type Book @key(fields: "id") { id: ID! title: String @external }
          type Movie @key(fields: "id") { id: ID! }`,
        data: {
          Query: {
            media: [
              { __typename: 'Book', id: 'b1', title: 'provided' },
              { __typename: 'Movie', id: 'f1' },
            ],
          },
          Book: [{ id: 'b1' }],
          Movie: [{ id: 'f1' }],
        },
      },
      b: {
        sdl: `type Book @key(fields: "id") { id: ID! title: String @shareable }
          type Movie @key(fields: "id") { id: ID! title: String @shareable }`,
        data: { Book: [{ id: 'b1', title: 'asked' }], Movie: [{ id: 'f1', title: 'A film' }] },
      },
    },
    asks: [
      [
        '{ media { ... on Book { id title } ... on Movie { id title } } }',
        {
          media: [
            { id: 'b1', title: 'provided' },
            { id: 'f1', title: 'A film' },
          ],
        },
      ],
    ],
  },
]
