import type { Database } from '@puchi/user/store/database'
import type pg from 'pg'
import { median, percentile } from '../percentile.ts'

type Statement = { text: string; values: unknown[] }

/** The statements that `work` asks of a database, none of which is answered. */
async function statementsOf(work: (database: Database) => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = []
  const query = async (text: string, values: unknown[]) => {
    statements.push({ text, values })
    return { rows: [] }
  }
  await work({ pool: { query } } as unknown as Database)
  return statements
}

/** How PostgreSQL answers what `work` asks: its plans, with the times it took without the way there and back. */
export async function plansOf(
  pool: pg.Pool,
  work: (database: Database) => Promise<unknown>,
): Promise<string[]> {
  const plans = (await statementsOf(work)).map(async ({ text, values }) => {
    const { rows } = await pool.query(`EXPLAIN (ANALYZE, TIMING OFF) ${text}`, values)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  })
  return Promise.all(plans)
}

/** The indexes of tables with their sizes, as PostgreSQL defines them. */
export async function indexesOf(pool: pg.Pool, tables: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ size: string; definition: string }>(
    `SELECT pg_size_pretty(pg_relation_size(indexrelid)) AS size, pg_get_indexdef(indexrelid) AS definition
     FROM pg_index WHERE indrelid = ANY($1::regclass[]) ORDER BY indrelid::regclass::text, indexrelid`,
    [tables],
  )
  return rows.map(({ size, definition }) => `${size.padStart(8)}  ${definition.replace('public.', '')}`)
}

const scan = /Seq Scan on (\w+).*?actual rows=([\d.]+)(?:[^>]*?Rows Removed by Filter: (\d+))?/gs

/** The most rows that a plan reads of a table in no order; with a limit it may stop long before the end. */
export const scanned = (plan: string): { table: string; rows: number }[] =>
  Array.from(plan.matchAll(scan), ([, table = '', kept, removed = 0]) => ({
    table,
    rows: Number(kept) + Number(removed),
  }))

/** The median and the fastest of thirty executions in PostgreSQL alone, in milliseconds. */
export async function executionsOf(
  pool: pg.Pool,
  work: (database: Database) => Promise<unknown>,
): Promise<{ median: number; best: number }> {
  const took: number[] = []
  for (let i = 0; i < 30; i += 1)
    for (const plan of await plansOf(pool, work))
      took.push(Number(/Execution Time: ([\d.]+)/.exec(plan)?.[1]))
  return { median: median(took), best: percentile(took, 0) }
}
