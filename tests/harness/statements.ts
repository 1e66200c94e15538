import { requestScope } from '@puchi/platform/log'
import pg from 'pg'

/** Every statement that requests made this process ask while `work` ran, by database. */
export async function statementsOf<T>(
  work: () => Promise<T>,
): Promise<{ result: T; of(database: string): string[] }> {
  const asked: { database: string | undefined; text: string }[] = []
  const { prototype } = pg.Client
  const { query } = prototype
  function noting(this: pg.Client, ...args: Parameters<typeof query>) {
    const first = args[0] as string | { text: string }
    // What runs behind the requests, like the relay, belongs to none.
    if (requestScope.getStore())
      asked.push({ database: this.database, text: typeof first === 'string' ? first : first.text })
    return query.apply(this, args)
  }
  Object.assign(prototype, { query: noting })
  const result = await work().finally(() => Object.assign(prototype, { query }))
  const of = (name: string) => asked.flatMap(({ database, text }) => (database === name ? [text] : []))
  return { result, of }
}
