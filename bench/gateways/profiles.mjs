// The learner's page of Puchi's own schema (schema/operations/profile-page.graphql): one subgraph, a wide answer.
const range = (length, make) => Array.from({ length }, (_, index) => make(index))
const day = (index) => new Date(Date.UTC(2026, 7, 1 + index)).toISOString().slice(0, 10)
const person = (index) => ({
  id: `user_${index}`,
  username: `learner-${index}`,
  avatarUrl: `https://cdn.example.test/a/${index}.png`,
})
const part = (edges) => ({ edges, pageInfo: { hasNextPage: true, endCursor: 'b2Zmc2V0OjIw' } })
const friends = (from) => part(range(20, (index) => ({ node: person(from + index) })))

const learner = {
  ...person(1),
  firstName: 'Lan',
  lastName: 'Nguyễn',
  bio: 'Học tiếng Việt mỗi ngày.',
  followedByViewer: false,
  stats: {
    totalXp: 12_345,
    level: 17,
    currentXp: 345,
    xpToNextLevel: 655,
    currentStreak: 12,
    longestStreak: 40,
    crowns: 33,
    completedLessons: 80,
    totalMinutes: 1_900,
    accuracy: 0.93,
    wordsLearned: 640,
  },
  dailyActivity: range(90, (index) => ({ day: day(index), xp: index * 3, minutes: index % 40, lessons: 2 })),
  weeklyXp: range(12, (index) => ({ weekStart: day(index * 7), xp: 100 + index * 9 })),
  achievements: range(24, (index) => ({
    code: `ACHIEVEMENT_${index}`,
    title: `Achievement ${index}`,
    requirement: index * 10,
    progress: index * 7,
    unlockedAt: index % 2 ? null : '2026-11-01T08:00:00.000Z',
  })),
  following: friends(2),
  followers: friends(30),
}

export const profiles = {
  sdl: `extend type Query { userByUsername(username: String!): Learner  weeklyBoard(first: Int): Board! }
type Learner @key(fields: "id") {
  id: ID!  username: String  firstName: String  lastName: String  avatarUrl: String  bio: String  followedByViewer: Boolean
  stats: Stats  dailyActivity(from: String, to: String): [Day!]  weeklyXp(weeks: Int): [Week!]  achievements: [Achievement!]
  following(first: Int): Learners  followers(first: Int): Learners
}
type Stats {
  totalXp: Int!  level: Int!  currentXp: Int!  xpToNextLevel: Int!  currentStreak: Int!  longestStreak: Int!  crowns: Int!
  completedLessons: Int!  totalMinutes: Int!  accuracy: Float  wordsLearned: Int!
}
type Day { day: String!  xp: Int!  minutes: Int!  lessons: Int! }
type Week { weekStart: String!  xp: Int! }
type Achievement { code: String!  title: String!  requirement: Int!  progress: Int!  unlockedAt: String }
type Learners { edges: [LearnerEdge!]!  pageInfo: Pages! }
type LearnerEdge { node: Learner! }
type Pages { hasNextPage: Boolean!  endCursor: String }
type Board { edges: [PlaceEdge!]!  viewer: Standing }
type PlaceEdge { node: Place! }
type Place { rank: Int!  xp: Int!  user: Learner! }
type Standing { rank: Int!  xp: Int! }`,
  resolvers: {
    Query: {
      userByUsername: () => learner,
      weeklyBoard: (_, { first }) => ({
        edges: range(first, (index) => ({
          node: { rank: index + 1, xp: 900 - index * 7, user: person(index) },
        })),
        viewer: { rank: 61, xp: 120 },
      }),
    },
    Learner: { __resolveReference: () => learner },
  },
}
