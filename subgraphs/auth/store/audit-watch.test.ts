import { after, test } from 'node:test'
import { createTelemetry } from '@puchi/platform/telemetry'
import { asOwner, authOn } from '../../../tests/harness/auth-database.ts'
import { quiet } from '../../../tests/harness/broker.ts'
import { databaseFor } from '../../../tests/harness/database.ts'
import { until } from '../../../tests/harness/until.ts'
import { welcome } from '../domain/first-sight.ts'
import { watchAudit } from './audit-watch.ts'

const url = await databaseFor('auth')
const auth = authOn(url)
after(auth.close)

test('a row that somebody changes is told by a metric at the next check', async () => {
  for (const id of ['user_a', 'user_b', 'user_c']) await welcome(auth.users, id)
  const telemetry = createTelemetry('auth')
  const watch = watchAudit({ prisma: auth.database, telemetry, log: quiet, pause: 20 })
  const says = async () => {
    const read = async (name: string) =>
      (await telemetry.registry.getSingleMetric(name)?.get())?.values[0]?.value
    return `${await read('audit_chain_broken')} ${await read('audit_chain_rows')}`
  }
  await until('three rows hold', async () => (await says()) === '0 3')
  await asOwner(url, "UPDATE audit_log SET resource_id = 'user_x' WHERE seq = 2")
  await until('the second row breaks', async () => (await says()) === '1 1')
  await watch.close()
})
