import type { Case } from './audit.ts'

type Row = Record<string, unknown>

const box = 'type Box @shareable { items: [Item!]! word: String }'

const tuned = (sdl: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@composeDirective"])
    @link(url: "https://example.org/tune/v1.0", import: ["@tune"]) @composeDirective(name: "@tune")
    enum Pace { SLOW FAST } ${sdl}`

/** What one subgraph computes from what others compute, and what clients tell subgraphs with a directive. */
export const needs: Case[] = [
  {
    name: 'requires-with-argument of two subgraphs',
    parts: {
      shop: {
        sdl: `
          type Query { albums: [Album] }
          type Album @key(fields: "id") { id: ID! tracks(first: Int!): [Track] @external }
          type Track @key(fields: "id") {
            id: ID!
            singer: ID
            covers: [Album] @external
            copies: Int @requires(fields: "covers { tracks(first: 9) { id } }")
          }`,
        data: {
          Query: { albums: [{ id: 'a1' }] },
          Track: [
            { id: 't1', singer: 'x' },
            { id: 't2', singer: 'y' },
          ],
        },
        compute: {
          'Track.copies': ({ covers }: { covers: { tracks: Row[] }[] }) =>
            covers.reduce((sum, { tracks }) => sum + tracks.length, 0),
        },
      },
      label: {
        sdl: `type Album @key(fields: "id") { id: ID! tracks(first: Int!): [Track]
            lead: ID @requires(fields: "tracks(first: 2) { singer }") }
          type Track @key(fields: "id") { id: ID! singer: ID @external covers: [Album] }`,
        data: {
          Album: [{ id: 'a1' }],
          Track: [
            { id: 't1', covers: [{ id: 'a1' }] },
            { id: 't2', covers: [] },
          ],
        },
        compute: {
          'Album.tracks': ({ tracks }: { tracks?: Row[] }, { first }: { first: number }) =>
            tracks ??
            [
              { id: 't1', covers: [{ id: 'a1' }] },
              { id: 't2', covers: [] },
            ].slice(0, first),
          'Album.lead': ({ tracks }: { tracks: Row[] }) => tracks.map(({ singer }) => singer).join(),
        },
      },
    },
    asks: [
      ['{ albums { lead } }', { albums: [{ lead: 'x,y' }] }],
      ['{ albums { lead tracks(first: 1) { id } } }', { albums: [{ lead: 'x,y', tracks: [{ id: 't1' }] }] }],
      [
        'query ($n: Int = 1) { albums { tracks(first: $n) { id copies } } }',
        { albums: [{ tracks: [{ id: 't1', copies: 2 }] }] },
      ],
    ],
  },
  {
    name: 'requires-with-argument behind an interface',
    parts: {
      shop: {
        sdl: `
          type Query { shelf: Shelf }
          type Shelf @key(fields: "id") { id: ID! media: Media }
          interface Media { id: ID! price(in: String): Int }
          type Book implements Media @key(fields: "id") { id: ID! price(in: String): Int }
          type Disc implements Media @key(fields: "id") { id: ID! price(in: String): Int }`,
        data: {
          Query: { shelf: { id: 's1', media: { __typename: 'Book', id: 'b1' } } },
          Shelf: [{ id: 's1', media: { __typename: 'Book', id: 'b1' } }],
        },
        compute: {
          'Book.price': (_: never, { in: currency }: { in?: string }) => (currency ? currency.length : 1),
        },
      },
      tax: {
        sdl: `
          type Shelf @key(fields: "id") {
            id: ID!
            media: Media @external
            sum: Int @requires(fields: "media { price(in: \\"EURO\\") }")
          }
          interface Media { id: ID! price(in: String): Int }
          type Book implements Media @key(fields: "id") { id: ID! price(in: String): Int @external }
          type Disc implements Media @key(fields: "id") { id: ID! price(in: String): Int @external }`,
        data: { Shelf: [{ id: 's1' }] },
        compute: { 'Shelf.sum': ({ media }: { media: Row }) => media['price'] },
      },
      club: {
        sdl: `
          type Shelf @key(fields: "id") {
            id: ID!
            media: Media @external
            books: Int @requires(fields: "media { ... on Book { price(in: \\"VND\\") } }")
          }
          interface Media { id: ID! }
          type Book implements Media @key(fields: "id") { id: ID! price(in: String): Int @external }
          type Disc implements Media @key(fields: "id") { id: ID! }`,
        data: { Shelf: [{ id: 's1' }] },
        compute: { 'Shelf.books': ({ media }: { media: Row }) => media['price'] },
      },
    },
    asks: [['{ shelf { sum books media { price } } }', { shelf: { sum: 4, books: 3, media: { price: 1 } } }]],
  },
  {
    name: 'requires-circular by way of another entity',
    parts: {
      club: {
        sdl: `type Query { races: [Race] } type Track @key(fields: "id") { id: ID! length: Int! }
          type Race @key(fields: "id") { id: ID! short: Boolean! @external hard: Boolean! @requires(fields: "short") }`,
        data: {
          Query: { races: [{ id: 'r1' }, { id: 'r2' }] },
          Race: [{ id: 'r1' }, { id: 'r2' }],
          Track: [
            { id: 't1', length: 100 },
            { id: 't2', length: 9000 },
          ],
        },
        compute: { 'Race.hard': ({ short }: Row) => (short === undefined ? null : !short) },
      },
      town: {
        sdl: `
          type Race @key(fields: "id") {
            id: ID!
            track: Track!
            short: Boolean! @requires(fields: "track { length }")
          }
          type Track @key(fields: "id") { id: ID! length: Int! @external }`,
        data: {
          Race: [{ id: 'r1' }, { id: 'r2' }],
        },
        compute: {
          'Race.track': ({ id, track }: { id: string; track?: Row }) => track ?? { id: id.replace('r', 't') },
          'Race.short': ({ track }: { track: { length: number } }) => track.length < 1000,
        },
      },
    },
    asks: [
      ['{ races { short } }', { races: [{ short: true }, { short: false }] }],
      ['{ races { hard } }', { races: [{ hard: false }, { hard: true }] }],
      [
        '{ races { hard short track { length } } }',
        {
          races: [
            { hard: false, short: true, track: { length: 100 } },
            { hard: true, short: false, track: { length: 9000 } },
          ],
        },
      ],
    ],
  },
  {
    name: 'nested-requires',
    parts: {
      cart: {
        sdl: 'type Query { cart: Cart } type Cart @key(fields: "id") { id: ID! owner: String! }',
        data: { Query: { cart: { id: 'c1', owner: 'An' } }, Cart: [{ id: 'c1', owner: 'An' }] },
      },
      totals: {
        sdl: `
          type Line @key(fields: "id", resolvable: false) { id: ID! }
          type Cart @key(fields: "id") {
            id: ID!
            lines: [Line!] @external
            count: Int @requires(fields: "lines { id }")
            first: ID @requires(fields: "lines { id }")
          }`,
        data: { Cart: [{ id: 'c1' }] },
        compute: {
          'Cart.count': ({ lines }: { lines: Row[] }) => lines.length,
          'Cart.first': ({ lines }: { lines: Row[] }) => lines[0]?.['id'],
        },
      },
      lines: {
        sdl: `type Line @key(fields: "id") { id: ID! } type Cart @key(fields: "id") { id: ID! owner: String! @external
          lines: [Line!] @requires(fields: "owner") }`,
        data: { Cart: [{ id: 'c1' }], Line: [] },
        compute: { 'Cart.lines': ({ owner }: Row) => [{ id: `${owner}1` }] },
      },
    },
    asks: [['{ cart { count first } }', { cart: { count: 1, first: 'An1' } }]],
  },
  {
    name: 'executable-directive-definition-default-arguments',
    parts: {
      a: {
        fed1: true,
        sdl: tuned(
          `
            directive @tune(pace: Pace!) on FIELD
            type Query { a: String item: Item }
            type Item @key(fields: "id") { id: ID! }`,
        ),
        data: { Query: { a: 'a', item: { id: 'i1' } }, Item: [] },
      },
      b: {
        fed1: true,
        sdl: tuned(
          `
            directive @tune(pace: Pace! = SLOW) on FIELD
            type Query { b: String }
            type Item @key(fields: "id") { id: ID! size: Int }`,
        ),
        data: { Query: { b: 'b' }, Item: [{ id: 'i1', size: 4 }] },
      },
    },
    asks: [
      ['{ a @tune b @tune item { size @tune(pace: FAST) } }', { a: 'a', b: 'b', item: { size: 4 } }],
      ['query ($pace: Pace!) { a @tune(pace: $pace) }', { a: 'a' }, { variables: { pace: 'FAST' } }],
    ],
  },
  {
    name: 'requires-circular with inputs inside an object that one has and another completes',
    parts: {
      clubs: {
        sdl: `type Query { player: Player } type Coach @key(fields: "id") { id: ID! rank: Int }
          type Player @key(fields: "id") { id: ID! badge: String @external level: Int @requires(fields: "badge") }`,
        data: { Query: { player: { id: 'p1' } }, Player: [{ id: 'p1' }], Coach: [{ id: 'c1', rank: 7 }] },
        compute: { 'Player.level': ({ badge }: Row) => String(badge).length },
      },
      awards: {
        sdl: `type Coach @key(fields: "id") { id: ID! rank: Int @external }
          type Player @key(fields: "id") { id: ID! level: Int @external coach: Coach
            badge: String @requires(fields: "coach { rank }") score: Int @requires(fields: "level coach { rank }") }`,
        data: { Player: [{ id: 'p1' }], Coach: [{ id: 'c1' }] },
        compute: {
          'Player.coach': () => ({ id: 'c1' }),
          'Player.badge': ({ coach }: { coach: Row }) => `rank ${coach['rank']}`,
          'Player.score': ({ level, coach }: { level: number; coach: { rank: number } }) =>
            level * coach.rank,
        },
      },
    },
    asks: [
      ['{ player { badge } }', { player: { badge: 'rank 7' } }],
      ['{ player { score } }', { player: { score: 42 } }],
      ['{ player { score level coach { rank } } }', { player: { score: 42, level: 6, coach: { rank: 7 } } }],
    ],
  },
  {
    name: 'requires-circular below a shared root, asked for twice: the planner goes round in a circle',
    parts: {
      boxes: {
        sdl: `type Query { box: Box @shareable } ${box} type Item @key(fields: "id") { id: ID! }`,
        data: { Query: { box: { items: [{ id: 'i1' }], word: 'big' } }, Item: [{ id: 'i1' }] },
      },
      prices: {
        sdl: `${box} type Spec @key(fields: "id") { id: ID! name: String }
          type Item @key(fields: "id") { id: ID! spec: Spec parts: [Box] @external tax: Int @external
            price: String @requires(fields: "parts { word } tax") }`,
        data: { Item: [{ id: 'i1', spec: { id: 's1', name: 'oak' } }], Spec: [{ id: 's1', name: 'oak' }] },
        compute: {
          'Item.price': ({ parts, tax }: { parts: Row[]; tax: number }) => `${parts[0]?.['word']} ${tax}`,
        },
      },
      taxes: {
        sdl: `type Query { box: Box @shareable } ${box} type Spec @key(fields: "id") { id: ID! weight: Int name: String @external }
          type Item @key(fields: "id") { id: ID! parts: [Box] spec: Spec @external tax: Int @requires(fields: "spec { weight name }") }`,
        data: {
          Query: { box: { items: [{ id: 'i1', parts: [{ word: 'leg' }] }], word: 'big' } },
          Item: [{ id: 'i1', parts: [{ word: 'leg' }] }],
          Spec: [{ id: 's1', weight: 4 }],
        },
        compute: {
          'Item.tax': ({ spec }: { spec: { weight: number; name: string } }) =>
            spec.weight * spec.name.length,
        },
      },
    },
    asks: [
      [
        '{ box { items { tax price again: price } } }',
        { box: { items: [{ tax: 12, price: 'leg 12', again: 'leg 12' }] } },
      ],
    ],
  },
]
