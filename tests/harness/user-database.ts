import { after } from 'node:test'
import { createHub } from '@puchi/platform/live/hub'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { type Context, contextFor } from '@puchi/user/graphql/context'
import { resolvers } from '@puchi/user/graphql/resolvers'
import { openDatabase } from '@puchi/user/store/database'
import { portsIn } from '@puchi/user/store/ports'
import { viewerOf } from './caller.ts'
import { databaseFor } from './database.ts'
import { executor } from './execute.ts'

/** User on a database of its own, until the tests of the file that calls this are over. */
export async function userOnDatabase(now?: Date) {
  const database = openDatabase(await databaseFor('user'), createLog('user', 'silent'))
  const ports = { ...portsIn(database), live: createHub(createTelemetry('test')) }
  after(database.close)
  const execute = executor<Context>('user', resolvers)
  /** The context of a request by a learner, or by nobody. */
  const by = (userId: string | null) => contextFor(ports, userId === null ? null : viewerOf(userId), now)
  return { database, ports, execute, by }
}
