import pg from 'pg'

/**
 * Does work on a connection of its own, and ends that. A connection that is lost fails the query that runs on it, or the
 * next one, and never the process.
 */
export async function connected<T>(
  connectionString: string,
  work: (db: pg.Client) => Promise<T>,
): Promise<T> {
  const db = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 })
  db.on('error', () => {})
  await db.connect()
  try {
    return await work(db)
  } finally {
    await db.end()
  }
}
