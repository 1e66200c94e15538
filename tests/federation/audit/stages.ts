import type { Case } from './audit.ts'

type Row = Record<string, unknown>

const players = [
  { id: 'p1', points: 4 },
  { id: 'p2', points: 40 },
]

/** Each of two subgraphs computes from what the other computes, so that neither can be asked for all at once. */
export const stages: Case[] = [
  {
    name: 'requires-circular in many stages',
    parts: {
      league: {
        sdl: `type Query { team: [Player!]! table: [[Player]] one: Person } interface Person { id: ID! }
          type Player implements Person @key(fields: "id") { id: ID! points: Int! @external
            seasoned(from: Int!): Boolean! @requires(fields: "points")
            badge: String @external medal: String @requires(fields: "badge") }`,
        data: {
          Query: {
            team: [{ id: 'p1' }, { id: 'p2' }],
            table: [[{ id: 'p2' }, null], [{ id: 'p1' }]],
            one: { __typename: 'Player', id: 'p2' },
          },
          Player: [{ id: 'p1' }, { id: 'p2' }],
        },
        compute: {
          'Player.seasoned': ({ points }: { points: number }, { from }: { from: number }) => points >= from,
          'Player.medal': ({ badge }: Row) => `medal for ${badge}`,
        },
      },
      scouts: {
        sdl: `
          type Player @key(fields: "id") {
            id: ID!
            points: Int! @inaccessible
            seasoned(from: Int!): Boolean! @external
            grade(loud: Boolean): String @requires(fields: "seasoned(from: 10)")
            rank: Rank @requires(fields: "seasoned(from: 10)")
            badge: String @requires(fields: "medals")
            medals: Int @external
          }
          type Rank @key(fields: "word") { word: String! year: Int stars: [Star] }
          union Star = Sun
          type Sun { size: Int }`,
        data: { Player: players },
        compute: {
          'Player.grade': ({ seasoned }: Row, { loud }: { loud?: boolean }) =>
            `${seasoned ? 'old' : 'new'}${loud ? '!' : ''}`,
          'Player.rank': ({ seasoned }: Row) => ({
            word: seasoned ? 'old' : 'new',
            year: seasoned ? 8 : 4,
            stars: seasoned ? [{ __typename: 'Sun', size: 1 }] : [],
          }),
          'Player.badge': ({ medals }: Row) => `badge ${medals}`,
        },
      },
      museum: {
        sdl: `
          type Player @key(fields: "id") {
            id: ID!
            grade(loud: Boolean): String @external
            medals: Int @requires(fields: "grade(loud: true)")
          }
          type Rank @key(fields: "word") {
            word: String!
            coat: Coat
            year: Int @external
            shine: Int @requires(fields: "year")
          }
          type Coat { colour: String }`,
        data: {
          Player: [{ id: 'p1' }, { id: 'p2' }],
          Rank: [
            { word: 'new', coat: { colour: 'red' } },
            { word: 'old', coat: { colour: 'blue' } },
          ],
        },
        compute: {
          'Player.medals': ({ grade }: { grade: string }) => grade.length,
          'Rank.shine': ({ year }: { year: number }) => year * 2,
        },
      },
    },
    asks: [
      ['{ team { grade } }', { team: [{ grade: 'new' }, { grade: 'old' }] }],
      [
        'query ($loud: Boolean, $from: Int = 1) { table { id loud: grade(loud: $loud) seasoned: grade seasonedFrom: seasoned(from: $from) } }',
        {
          table: [
            [{ id: 'p2', loud: 'old!', seasoned: 'old', seasonedFrom: true }, null],
            [{ id: 'p1', loud: 'new!', seasoned: 'new', seasonedFrom: true }],
          ],
        },
        { variables: { loud: true } },
      ],
      [
        '{ one { ... on Player { rank { word stars { ... on Sun { size } } } } } }',
        { one: { rank: { word: 'old', stars: [{ size: 1 }] } } },
      ],
      [
        '{ team { rank { word coat { colour } stars { __typename } } } }',
        {
          team: [
            { rank: { word: 'new', coat: { colour: 'red' }, stars: [] } },
            { rank: { word: 'old', coat: { colour: 'blue' }, stars: [{ __typename: 'Sun' }] } },
          ],
        },
      ],
      ['{ team { rank { shine } } }', { team: [{ rank: { shine: 8 } }, { rank: { shine: 16 } }] }],
      ['{ team { medals } }', { team: [{ medals: 4 }, { medals: 4 }] }],
      ['{ team { medal } }', { team: [{ medal: 'medal for badge 4' }, { medal: 'medal for badge 4' }] }],
    ],
  },
]
