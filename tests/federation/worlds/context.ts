import type { Thing, World } from '../world.ts'

// Arguments filled from an object further up, by one type or another, at different depths.
const teams: Thing[] = [
  { __typename: 'Team', id: 't1', locale: 'vi', city: 'Huế' },
  { __typename: 'Team', id: 't2', locale: null, city: 'Hội An' },
  { __typename: 'Team', id: 't3', locale: 'en', city: null },
]
const clubs: Thing[] = [{ __typename: 'Club', id: 'c1', language: 'fr', city: 'Paris' }]
const players: Thing[] = ['p1', 'p2'].map((id) => ({ __typename: 'Player', id, name: `name ${id}` }))
const hall: Thing = { __typename: 'Hall', id: 'h1' }
const byId = (id: unknown): Thing | undefined =>
  [...teams, ...clubs, ...players, hall].find((one) => one['id'] === id)

type Above = Thing & { above?: { locale: unknown; city: unknown } }
const below = (locale: unknown, city: unknown) => players.map((one) => ({ ...one, above: { locale, city } }))
const greeting = (one: Thing, locale: unknown, loud: unknown): string =>
  `${locale ?? '-'}:${one['id']}${loud ? '!' : ''}`

export const context: World = {
  name: 'context',
  find: (one) => byId(one['id']),
  subgraphs: {
    teams: `type Query { teams: [Team] club: Club sides: [Side!]! }
      union Side = Team | Club
      type Team @key(fields: "id") { id: ID! locale: String city: String players: [Player] captain: Player best: Pair hall: Hall }
      type Club @key(fields: "id") { id: ID! language: String city: String players: [Player] }
      type Hall @key(fields: "id") { id: ID! }
      type Pair { first: Player second: Player }
      type Player @key(fields: "id") { id: ID! name: String }`,
    halls: `type Hall @key(fields: "id") { id: ID! guests: [Player] } type Player @key(fields: "id", resolvable: false) { id: ID! }`,
    greetings: `type Team @key(fields: "id") @context(name: "side") { id: ID! locale: String @external }
      type Club @key(fields: "id") @context(name: "side") { id: ID! language: String @external }
      type Player @key(fields: "id") { id: ID!
        greeting(loud: Boolean, locale: String @fromContext(field: "$side ... on Team { locale } ... on Club { language }")): String
        friend: Player }`,
  },
  fields: {
    Query: {
      teams: () => [teams[0], null, teams[1], teams[2]],
      club: () => clubs[0],
      sides: () => [clubs[0], teams[0], teams[2]],
    },
    Team: {
      players: (one: Thing) => below(one['locale'], one['city']),
      captain: (one: Thing) => below(one['locale'], one['city'])[one['id'] === 't2' ? 0 : 1],
      // One hall for all, so that equal objects stand below different teams.
      hall: (one: Thing) => ({ ...hall, above: { locale: one['locale'], city: one['city'] } }),
      best: (one: Thing) => ({ first: below(one['locale'], one['city'])[0], second: null }),
    },
    Hall: { guests: ({ above }: Above) => players.map((one) => ({ ...one, above })) },
    Club: { players: (one: Thing) => below(one['language'], one['city']) },
    Player: {
      greeting: (one: Above, { loud }: Thing) => greeting(one, one.above?.locale, loud),
      friend: (one: Above) => ({ ...players[one['id'] === 'p1' ? 1 : 0], above: one.above }),
    },
  },
  required: {
    'Player.greeting': (one: Thing, { loud, locale }: Thing) => greeting(one, locale, loud),
  },
}
