import type { EventKind } from '@puchi/schema/events'
import type { Event } from '@puchi/schema/events/envelope'
import type { Sql, Transact } from '../database/transaction.ts'
import { requestScope } from '../log.ts'

/** What a service does about one kind of event. */
export type Handler<Tx> = {
  key: string
  handle(event: Event, tx: Tx, sql: Sql): Promise<void>
}

/** Binds a kind of event to its handler, which runs in the transaction that remembers the event. */
export const on = <Tx, K extends EventKind>(
  kind: K,
  handle: (event: Event<K>, tx: Tx, sql: Sql) => Promise<void>,
): Handler<Tx> => ({ key: kind.key, handle: handle as Handler<Tx>['handle'] })

export type Applied = { applied: Event[]; duplicates: Event[] }

export type ApplyOptions<Tx> = { transact: Transact<Tx>; handlers: ReadonlyMap<string, Handler<Tx>> }

// In the order of ids, so that two consumers with the same events wait for each other and never in a circle.
const remember = `INSERT INTO inbox (id, key)
  SELECT id, key FROM json_to_recordset($1::json) AS given(id uuid, key text) ORDER BY id
  ON CONFLICT DO NOTHING RETURNING id::text AS id`

/** Applies events, in order, in one transaction that remembers their ids; the ones remembered before are left out. */
export const applyOnce = <Tx>(
  { transact, handlers }: ApplyOptions<Tx>,
  events: readonly Event[],
): Promise<Applied> =>
  transact(async (tx, sql) => {
    const given = events.map(({ id, type }) => ({ id, key: type }))
    const { rows } = await sql.query(remember, [JSON.stringify(given)])
    const fresh = new Set((rows as { id: string }[]).map(({ id }) => id))
    const result: Applied = { applied: [], duplicates: [] }
    for (const event of events) {
      // `delete`: the same event may stand in one batch twice.
      const isFresh = fresh.delete(event.id.toLowerCase())
      result[isFresh ? 'applied' : 'duplicates'].push(event)
      if (isFresh) await handleInScope(handlers, event, tx, sql)
    }
    return result
  })

function handleInScope<Tx>(
  handlers: ReadonlyMap<string, Handler<Tx>>,
  event: Event,
  tx: Tx,
  sql: Sql,
): Promise<void> {
  const handle = async () => handlers.get(event.type)?.handle(event, tx, sql)
  return requestScope.run({ requestId: event.correlationId }, handle)
}
