import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTelemetry } from '@puchi/platform/telemetry'
import { asOwner, authOn } from '../../../tests/harness/auth-database.ts'
import { quiet } from '../../../tests/harness/broker.ts'
import { databaseFor } from '../../../tests/harness/database.ts'
import { until } from '../../../tests/harness/until.ts'
import { by } from '../../../tests/harness/users.ts'
import { welcome } from '../domain/first-sight.ts'
import { watchAudit } from './audit-watch.ts'

const url = await databaseFor('auth')
const auth = authOn(url)
after(auth.close)

const line = { action: 'auth.login', resource: 'session', resourceId: 'sess_1' } as const

/** A watch that looks every 20 ms, what its metrics say (broken or not, how many rows hold), and how often it told of a break. */
function watching(wholePause = 86_400_000) {
  const telemetry = createTelemetry('auth')
  let told = 0
  const error = () => {
    told += 1
  }
  const watch = watchAudit({
    prisma: auth.database,
    telemetry,
    log: { ...quiet, error },
    pause: 20,
    wholePause,
  })
  const read = async (name: string) =>
    (await telemetry.registry.getSingleMetric(name)?.get())?.values[0]?.value
  const says = async () => `${await read('audit_chain_broken')} ${await read('audit_chain_rows')}`
  return { ...watch, says, told: () => told }
}

test('what is new is checked without reading all before it, and that the last row is still there', async () => {
  for (const id of ['user_a', 'user_b', 'user_c']) await welcome(auth.users, id)
  const watch = watching()
  await until('three rows hold', async () => (await watch.says()) === '0 3')
  await asOwner(url, "UPDATE audit_log SET resource_id = 'user_x' WHERE seq = 2")
  await auth.audit.add(by('user_a'), [line, line])
  await until('two more hold', async () => (await watch.says()) === '0 5')
  await asOwner(url, 'DELETE FROM audit_log WHERE seq = 5')
  await until('the last row is missed', async () => (await watch.says()) === '1 4')
  await watch.close()
  await asOwner(url, "UPDATE audit_log SET resource_id = 'user_b' WHERE seq = 2")
})

test('a row that somebody changes is told by the next check of the whole, until it is as it was', async () => {
  const watch = watching(100)
  await until('all hold', async () => (await watch.says()) === '0 4')
  await asOwner(url, "UPDATE audit_log SET resource_id = 'user_x' WHERE seq = 2")
  const said = new Set<string>()
  await until('two checks tell of it', async () => {
    if (watch.told() > 0) said.add(await watch.says())
    return watch.told() === 2
  })
  assert.deepEqual([...said], ['1 1'])
  await asOwner(url, "UPDATE audit_log SET resource_id = 'user_b' WHERE seq = 2")
  await until('all hold again', async () => (await watch.says()) === '0 4')
  await watch.close()
})
