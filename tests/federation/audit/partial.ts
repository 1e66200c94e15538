import type { Case } from './audit.ts'

const soup = { __typename: 'Soup', name: 'Pho' }
const stew = {
  __typename: 'Stew',
  name: 'Bo kho',
  cut: 'shank',
  grams: 300,
  cook: { __typename: 'Cook', id: 'c1', name: 'Lan', height: 150 },
}
const cake = { __typename: 'Cake', layers: 3 }

const refuses = (why: string) => () => {
  throw new Error(why)
}

const letter = { __typename: 'Letter', id: 'l1', text: 'Dear' }
const parcel = { __typename: 'Parcel', id: 'p1', weight: 2 }

/** Unions of which each subgraph knows a part, and fields that only some of the ways to an object bring along. */
export const partial: Case[] = [
  {
    name: 'partial-union',
    parts: {
      post: {
        sdl: `type Query { box: Box } type Box @shareable { items: [Item!]! note: String } union Item = Letter | Parcel
          type Letter @shareable { id: ID! text: String } type Parcel { id: ID! weight: Int }`,
        data: { Query: { box: { note: 'full', items: [letter, parcel] } } },
      },
      mail: {
        sdl: `type Box @shareable { items: [Item!]! note: String } union Item = Letter
          type Letter @shareable { id: ID! text: String }`,
        data: {},
      },
    },
    asks: [
      [
        '{ box { note items { __typename ... on Letter { id text } ... on Parcel { id weight } } } }',
        { box: { note: 'full', items: [letter, parcel] } },
      ],
      ['{ box { items { ... on Parcel { weight } } } }', { box: { items: [{}, { weight: 2 }] } }],
    ],
  },
  {
    name: 'partial-union-complex',
    parts: {
      kitchen: {
        sdl: `
          type Query { special: Order party: Order @shareable }
          type Order @key(fields: "id") { id: ID! tray: Tray @shareable }
          type Tray @shareable { dishes: [Dish!]! }
          union Dish = Soup | Stew
          type Soup @shareable { name: String! }
          interface Person { name: String }
          type Cook implements Person @key(fields: "id") { id: ID! name: String height: Int }
          type Stew { name: String cut: String weight(unit: String): Int cook: Person }`,
        data: {
          Query: {
            special: { id: 'o1', tray: { dishes: [soup, stew] } },
            party: { id: 'o2', tray: { dishes: [soup] } },
          },
          Order: [
            { id: 'o1', tray: { dishes: [soup, stew] } },
            { id: 'o2', tray: { dishes: [soup] } },
          ],
        },
        compute: {
          'Stew.weight': ({ grams }: { grams: number }, { unit }: { unit?: string }) =>
            unit === 'hg' ? grams / 100 : grams,
        },
      },
      bakery: {
        sdl: `
          type Query { party: Order @shareable }
          type Order @key(fields: "id") { id: ID! tray: Tray @shareable dessert: Tray }
          type Tray @shareable { dishes: [Dish!]! }
          union Dish = Soup | Cake
          type Soup @shareable { name: String }
          type Cake { layers: Int }`,
        data: {
          Query: { party: { id: 'o2', tray: { dishes: [soup] } } },
          Order: [
            { id: 'o1', dessert: { dishes: [cake] } },
            { id: 'o2', tray: { dishes: [soup] } },
          ],
        },
      },
      hall: {
        sdl: `
          type Query { table: Order }
          type Order @key(fields: "id") { id: ID! }
          type Cook @key(fields: "id") { id: ID! praise(times: Int): String }`,
        data: { Query: { table: { id: 'o2' } }, Order: [{ id: 'o2' }], Cook: [{ id: 'c1' }] },
        compute: { 'Cook.praise': (_: never, { times }: { times: number }) => 'ngon '.repeat(times) },
      },
    },
    asks: [
      [
        '{ special { tray { dishes { __typename ... on Soup { name } ... on Stew { cut } ... on Cake { layers } } } } }',
        { special: { tray: { dishes: [soup, { __typename: 'Stew', cut: 'shank' }] } } },
      ],
      [
        'query ($unit: String) { special { tray { dishes { ... on Stew { weight(unit: $unit) cook { __typename name } } } } } }',
        { special: { tray: { dishes: [{}, { weight: 3, cook: { __typename: 'Cook', name: 'Lan' } }] } } },
        { variables: { unit: 'hg' } },
      ],
      [
        'query ($n: Int) { special { tray { dishes { ... on Stew { cook { ... on Cook { praise(times: $n) } } } } } } }',
        { special: { tray: { dishes: [{}, { cook: { praise: 'ngon ngon ' } }] } } },
        { variables: { n: 2 } },
      ],
      // In its own subgraph, and only there, a soup's name is another type than a stew's.
      [
        '{ special { tray { dishes { ... on Soup { name } ... on Stew { name kind: __typename cook { name ... on Cook { height } } } } } } }',
        {
          special: {
            tray: {
              dishes: [{ name: 'Pho' }, { name: 'Bo kho', kind: 'Stew', cook: { name: 'Lan', height: 150 } }],
            },
          },
        },
      ],
      [
        '{ special { tray { dishes { ... on Cake { layers } } } dessert { dishes { ... on Stew { cut } ... on Cake { layers } } } } }',
        { special: { tray: { dishes: [{}, {}] }, dessert: { dishes: [{ layers: 3 }] } } },
      ],
      [
        '{ party { tray { dishes { ... on Soup { name } ... on Stew { cut } ... on Cake { layers } } } } }',
        { party: { tray: { dishes: [{ name: 'Pho' }] } } },
      ],
      [
        '{ table { tray { dishes { ... on Soup { name } ... on Stew { cut } ... on Cake { layers } } } } }',
        { table: { tray: { dishes: [{ name: 'Pho' }] } } },
      ],
    ],
  },
  {
    name: 'provides-only-requested-fields',
    parts: {
      owner: {
        sdl: 'type Song @key(fields: "id") { id: ID! title: String! @shareable text: String! @shareable plays: Int! }',
        data: { Song: [{ id: 's1', plays: 7 }] },
        compute: { 'Song.title': refuses('"charts" provides it'), 'Song.text': refuses('nobody asked') },
      },
      charts: {
        sdl: `type Query { top: Song @provides(fields: "title text") all: [Song!]! @provides(fields: "title text") }
          type Song @key(fields: "id") { id: ID! title: String! @external text: String! @external }`,
        data: {
          Query: { top: { id: 's1', title: 'Mây' }, all: [{ id: 's1', title: 'Mây' }] },
          Song: [],
        },
        compute: { 'Song.text': refuses('nobody asked') },
      },
    },
    asks: [
      ['{ top { id } }', { top: { id: 's1' } }],
      ['{ top { name: title ... { plays } } }', { top: { name: 'Mây', plays: 7 } }],
      ['{ all { id ... on Song { title } plays } }', { all: [{ id: 's1', title: 'Mây', plays: 7 }] }],
      ['{ top { id ... on Song @skip(if: true) { text } } }', { top: { id: 's1' } }],
      [
        'query ($all: Boolean!) { top { id title ... @include(if: $all) { text } } }',
        { top: { id: 's1', title: 'Mây' } },
        { variables: { all: false } },
      ],
    ],
  },
  {
    name: 'partial-union inside what only one subgraph has',
    parts: {
      a: {
        sdl: `type Query { post: Mail @shareable card: Card } union Mail = Note | Box type Card @shareable { text: String }
          type Note @shareable { text: String } type Box { inside: [Mail] }`,
        data: {
          Query: {
            post: { __typename: 'Box', inside: [{ __typename: 'Note', text: 'Hi' }] },
            card: { text: 'Ace' },
          },
        },
      },
      b: {
        sdl: `type Query { post: Mail @shareable } union Mail = Note | Card type Card @shareable { text: String }
          type Note @shareable { text: String }`,
        data: { Query: { post: null } },
      },
    },
    asks: [
      [
        '{ post { ... on Box { inside { __typename ... on Card { text } ... on Note { text } } } } }',
        { post: { inside: [{ __typename: 'Note', text: 'Hi' }] } },
      ],
    ],
  },
]
