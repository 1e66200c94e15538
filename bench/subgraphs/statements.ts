import { isDeepStrictEqual } from 'node:util'
import { requestScope } from '@puchi/platform/log'
import pg from 'pg'

/** One statement as a service asked it. Those of one wave were under way together. */
export type Statement = {
  name?: string | undefined
  text: string
  values: unknown[]
  wave: number
  rows: unknown[]
}

type QueryConfig = { name?: string; text: string; values?: unknown[] }
type Query = (...args: unknown[]) => Promise<{ rows: unknown[] }>

/** Notes every statement that a request makes this process ask, until `stop`; what runs behind requests is left out. */
export function noteStatements(): { stop(): Statement[] } {
  const { prototype } = pg.Client
  const query = prototype.query as Query
  const noted: Statement[] = []
  let underway = 0
  let wave = 0
  const end = (statement: Statement, rows: unknown[] = []) => {
    underway -= 1
    statement.rows = rows
  }
  const noting = function (this: pg.Client, ...args: unknown[]) {
    const [first, given] = args
    if (!requestScope.getStore()) return query.apply(this, args)
    if (underway === 0) wave += 1
    underway += 1
    const asked = typeof first === 'string' ? { text: first } : (first as QueryConfig)
    const values = Array.isArray(given) ? given : ((first as QueryConfig).values ?? [])
    const statement: Statement = { name: undefined, ...asked, values, wave, rows: [] }
    noted.push(statement)
    // A pool waits for its client by a callback, a transaction by a promise.
    const done = args.at(-1)
    if (typeof done === 'function') {
      const told = (error: unknown, result?: { rows: unknown[] }) => {
        end(statement, result?.rows)
        done(error, result)
      }
      return query.apply(this, [...args.slice(0, -1), told])
    }
    const answered = query.apply(this, args)
    answered.then(
      ({ rows }) => end(statement, rows),
      () => end(statement),
    )
    return answered
  }
  Object.assign(prototype, { query: noting })
  return {
    stop() {
      Object.assign(prototype, { query })
      return noted.map(({ name, text, values, wave, rows }) => ({ name, text, values, wave, rows }))
    },
  }
}

/** Asks statements as they were asked before, and answers their rows. A transaction keeps its connection. */
export async function replay(pool: pg.Pool, statements: readonly Statement[]): Promise<unknown[][]> {
  const results: unknown[][] = []
  let client: pg.PoolClient | undefined
  for (const wave of Map.groupBy(statements, (one) => one.wave).values()) {
    if (wave[0]?.text === 'BEGIN') client = await pool.connect()
    const on: { query(asked: QueryConfig): Promise<{ rows: unknown[] }> } = client ?? pool
    const ask = ({ name, text, values }: Statement) =>
      on.query(name ? { name, text, values } : { text, values })
    for (const { rows } of await Promise.all(wave.map(ask))) results.push(rows)
    if (wave[0]?.text === 'COMMIT') client = void client?.release()
  }
  return results
}

/** Throws unless the rows that came again are the ones that came before. */
export function mustBeSameRows(statements: readonly Statement[], rows: readonly unknown[][]): void {
  statements.forEach(({ text, rows: before }, i) => {
    if (!isDeepStrictEqual(before, rows[i])) throw new Error(`other rows than before: ${text}`)
  })
}

/** The same statements with other texts in their values. */
export const withTexts = (
  statements: readonly Statement[],
  change: (text: string) => string,
): Statement[] => {
  const changed = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value)
    return Array.isArray(value) ? value.map(changed) : value
  }
  return statements.map((one) => ({ ...one, values: one.values.map(changed), rows: [] }))
}
