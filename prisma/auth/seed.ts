import { connected } from '../connected.ts'
import { learners } from '../learners.ts'

// Fills a row in only while its details are unknown, so what somebody changed since stays.
const user = `INSERT INTO users (id, email, email_verified, locale, details_at)
  VALUES ($1, $2, true, 'vi', now())
  ON CONFLICT (id) DO UPDATE SET email = excluded.email, email_verified = true, locale = 'vi',
    details_at = now()
  WHERE users.details_at IS NULL AND users.status <> 'DELETED'`
const role = `INSERT INTO user_roles (user_id, role_name) SELECT $1, unnest($2::text[])
  ON CONFLICT DO NOTHING`

/** Stores the demo learners' accounts; repeating it changes nothing. */
export async function seed(url: string): Promise<void> {
  await connected(url, async (db) => {
    await db.query('BEGIN')
    for (const { id, email, roles } of learners) {
      await db.query(user, [id, email])
      await db.query(role, [id, roles])
    }
    await db.query('COMMIT')
  })
}
