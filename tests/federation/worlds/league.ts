import type { Thing, World } from '../world.ts'

// Three subgraphs of which each computes from what another computes, in circles.
type Player = Thing & { __typename: 'Player'; id: string; points: number }

const players: Player[] = [4, 40, 12, 0].map((points, index) => ({
  __typename: 'Player',
  id: `p${index}`,
  points,
}))

type Input<Name extends string, Value> = Record<Name, Value>

const given = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('required input missing')
  return value
}
const seasoned = ({ points }: Input<'points', number>, { from }: { from: number }) => given(points) >= from
const grade = (one: Input<'seasoned', boolean>, { loud }: { loud?: boolean | null }) =>
  `${given(one.seasoned) ? 'old' : 'new'}${loud ? '!' : ''}`
const rank = (one: Input<'seasoned', boolean>) =>
  given(one.seasoned)
    ? {
        word: 'old',
        stars: [
          { __typename: 'Sun', size: 2 },
          { __typename: 'Moon', size: 1, phase: 'new' },
        ],
      }
    : null
const medals = (one: Input<'grade', string>) => given(one.grade).length
const badge = (one: Input<'medals', number>) => (given(one.medals) > 3 ? `badge ${one.medals}` : null)
const medal = (one: Input<'badge', string | null>) => `medal for ${given(one.badge)}`

// The same from all that is known.
const isSeasoned = (one: Player) => seasoned(one, { from: 10 })
const medalsOf = (one: Player) => medals({ grade: grade({ seasoned: isSeasoned(one) }, { loud: true }) })

export const league: World = {
  name: 'league',
  find: ({ id }) => players.find((one) => one.id === id),
  subgraphs: {
    league: `type Query { team: [Player!]! table: [[Player]] captain: Person } interface Person { id: ID! }
      type Player implements Person @key(fields: "id") { id: ID! points: Int! @external
        seasoned(from: Int!): Boolean! @requires(fields: "points")
        badge: String @external medal: String @requires(fields: "badge") }`,
    scouts: `type Query { found: [Player] } type Player @key(fields: "id") { id: ID! points: Int! seasoned(from: Int!): Boolean! @external
        grade(loud: Boolean): String! @requires(fields: "seasoned(from: 10)")
        rank: Rank @requires(fields: "seasoned(from: 10)")
        medals: Int! @external badge: String @requires(fields: "medals") next: Player }
      type Rank { word: String! stars: [Star!] } interface Star { size: Int } type Sun implements Star { size: Int }
      type Moon implements Star { size: Int phase: String }`,
    museum: `type Query { best: Player } type Player @key(fields: "id") { id: ID! grade(loud: Boolean): String! @external
        medals: Int! @requires(fields: "grade(loud: true)") }`,
  },
  fields: {
    Query: {
      team: () => players,
      table: () => [[players[1], null], null, [players[3], players[0]]],
      captain: () => players[1],
      found: () => [null, players[2]],
      best: () => players[1],
    },
    Player: {
      seasoned: (one: Player, args: { from: number }) => seasoned(one, args),
      grade: (one: Player, args: { loud?: boolean }) => grade({ seasoned: isSeasoned(one) }, args),
      rank: (one: Player) => rank({ seasoned: isSeasoned(one) }),
      medals: medalsOf,
      badge: (one: Player) => badge({ medals: medalsOf(one) }),
      medal: (one: Player) => medal({ badge: badge({ medals: medalsOf(one) }) }),
      next: ({ id }: Player) => players[players.findIndex((one) => one.id === id) + 1] ?? null,
    },
  },
  required: {
    'Player.seasoned': seasoned,
    'Player.grade': grade,
    'Player.rank': rank,
    'Player.medals': medals,
    'Player.badge': badge,
    'Player.medal': medal,
  },
}
