import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { chainCheck } from '@puchi/auth/domain/audit'
import { auditRows } from '@puchi/auth/store/audit-log'
import { asOwner, asService, authOn } from '../harness/auth-database.ts'
import { databaseFor } from '../harness/database.ts'
import { isFull } from './length.ts'

const kills = isFull ? 100 : 4
const database = await databaseFor('auth')
const auth = authOn(database)
after(auth.close)

/** Lets a process write and kills it wherever it is. */
async function writeAndDie(writer: string): Promise<void> {
  const child = fork(new URL('auth-writer.ts', import.meta.url), {
    env: { ...process.env, DATABASE_URL: asService(database), WRITER: writer },
  })
  await once(child, 'message')
  await pause(Math.random() * 60)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  const [, signal] = await ended
  assert.equal(signal, 'SIGKILL')
}

const rows = (text: string) => asOwner<{ id: string }>(database, text)

test('U4 however often auth is killed while it writes, the chain holds and every change has its audit row', async () => {
  for (let i = 0; i < kills; i += 1) await writeAndDie(`w${i}`)
  const chain = chainCheck()
  for await (const row of auditRows(auth.database)) assert.equal(chain.next(row), null)
  assert.equal(chain.end(), null)

  const audited = (action: string) =>
    `(SELECT count(*) FROM audit_log WHERE resource_id = t.id AND action ${action})`
  const graded = await rows(
    `SELECT id FROM users t WHERE permission_version <> ${audited("IN ('role.grant', 'role.revoke')")}`,
  )
  const welcomed = await rows(`SELECT id FROM users t WHERE ${audited("= 'user.register'")} <> 1`)
  const begun = await rows(`SELECT id FROM sessions t WHERE ${audited("= 'auth.login'")} <> 1`)
  const revoked = await rows(
    `SELECT id FROM sessions t WHERE (revoked_at IS NOT NULL)::int <> ${audited("= 'auth.session.revoke'")}`,
  )
  assert.deepEqual({ graded, welcomed, begun, revoked }, { graded: [], welcomed: [], begun: [], revoked: [] })
  const strays = await rows(`SELECT resource_id AS id FROM audit_log WHERE action = 'access.denied'
    OR (resource = 'session' AND resource_id NOT IN (SELECT id FROM sessions))
    OR (resource = 'user' AND resource_id NOT IN (SELECT id FROM users))`)
  assert.deepEqual(strays, [])
  // What was told goes with it: as many events as changes.
  const [{ told, noted } = {}] = await asOwner<{ told: string; noted: string }>(
    database,
    'SELECT (SELECT count(*) FROM outbox) AS told, (SELECT count(*) FROM audit_log) AS noted',
  )
  assert.equal(told, noted)
  assert(Number(noted) >= kills * 5, `${noted} rows`)
})
