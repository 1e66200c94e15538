import { connected } from '../connected.ts'
import { learners } from '../learners.ts'
import { reached, seedFollows, seedLearning } from './learning.ts'

// Fills a row in only while it has no username, so what somebody changed since stays.
const learner = `INSERT INTO learners (id, username, first_name, last_name, bio) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO UPDATE SET username = excluded.username, first_name = excluded.first_name,
    last_name = excluded.last_name, bio = excluded.bio
  WHERE learners.username IS NULL`
// The demonstration shows its profiles; one keeps it to himself.
const preferences = `INSERT INTO preferences (learner_id, profile_public) VALUES ($1, $1 <> 'user_tuanbui')
  ON CONFLICT DO NOTHING`
const stats = 'INSERT INTO stats (learner_id) VALUES ($1) ON CONFLICT DO NOTHING'

/** Stores the demo learners with what they have reached; repeating it changes nothing. */
export async function seed(url: string): Promise<void> {
  await connected(url, async (db) => {
    await db.query('BEGIN')
    for (const { id, username, firstName, lastName, bio } of learners) {
      await db.query(learner, [id, username, firstName, lastName, bio])
      await db.query(preferences, [id])
      await db.query(stats, [id])
      const goal = reached[username]
      if (goal) await seedLearning(db, id, goal)
    }
    await seedFollows(
      db,
      Object.keys(reached).map((username) => `user_${username}`),
    )
    await db.query('COMMIT')
  })
}
