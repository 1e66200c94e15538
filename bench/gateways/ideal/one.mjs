import { byKey, entities, references } from './body.mjs'

const meBody = JSON.stringify({ query: '{me{__typename id email roles{name permissions}}}' })
const meEntities = entities(
  'query($r:[_Any!]!){_entities(representations:$r){...on User{profile{displayName avatarUrl}preferences{dailyGoal}progress{xp streak lessons{id status}}}}}',
)

export const meBy =
  (post) =>
  async ({ authorization }) => {
    const { me: found } = await post('auth', meBody, authorization)
    const more = await post('user', meEntities(references('User', 'id', [found.id])), authorization)
    const { id, email, roles } = found
    const { profile, preferences, progress } = more._entities[0]
    return { data: { me: { id, email, roles, profile, preferences, progress } } }
  }

const boardBody = (n) =>
  `{"query":"query($n:Int!){leaderboard(limit:$n){rank score user{id profile{displayName}friends{id}}}}","variables":{"n":${n}}}`
const boardEntities = entities(
  'query($r:[_Any!]!){_entities(representations:$r){...on User{id email roles{name}}}}',
)

export const boardBy =
  (post) =>
  async ({ variables: { n }, authorization }) => {
    const { leaderboard } = await post('user', boardBody(n), authorization)
    const ids = leaderboard.flatMap(({ user }) => [user.id, ...user.friends.map(({ id }) => id)])
    const found = await post('auth', boardEntities(references('User', 'id', ids)), authorization)
    const known = byKey(found._entities, 'id')
    const row = ({ rank, score, user: { id, profile, friends } }) => {
      const { email, roles } = known.get(id)
      const befriended = friends.map((friend) => ({ id: friend.id, email: known.get(friend.id).email }))
      return { rank, score, user: { id, email, profile, roles, friends: befriended } }
    }
    return { data: { leaderboard: leaderboard.map(row) } }
  }

/** All of it stands in one subgraph. */
export const profileBy =
  (post) =>
  async ({ query, variables, authorization }) => ({
    data: await post('profiles', JSON.stringify({ query, variables }), authorization),
  })
