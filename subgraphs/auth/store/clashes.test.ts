import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { asOwner, authOn } from '../../../tests/harness/auth-database.ts'
import { databaseFor } from '../../../tests/harness/database.ts'
import { until } from '../../../tests/harness/until.ts'
import { by } from '../../../tests/harness/users.ts'
import { welcome } from '../domain/first-sight.ts'

const url = await databaseFor('auth')
const auth = authOn(url)
const { commands } = auth
const root = by('user_root')
before(async () => {
  for (const name of ['lan', 'an', 'root']) await welcome(auth.users, `user_${name}`)
  await commands.assignRole(root, { userId: 'user_root', role: 'admin' })
})
after(auth.close)

const count = async (where: string): Promise<number> =>
  (await asOwner<{ n: number }>(url, `SELECT count(*)::int AS n FROM ${where}`))[0]?.n ?? -1

const waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

test('D6 a hundred grants and revocations of one user’s roles, six at a time, are all counted, audited and told', async () => {
  const roles = ['teacher', 'student', 'admin']
  let left = 100
  const change = () => {
    left -= 1
    const grant = { userId: 'user_lan', role: roles[left % 3] ?? '' }
    return left % 2 ? commands.assignRole(root, grant) : commands.revokeRole(root, grant)
  }
  const work = async () => {
    // A role that is not held is refused; nothing else may go wrong.
    while (left > 0) await change().catch((error) => assert.equal(error.extensions?.code, 'NOT_FOUND', error))
  }
  await Promise.all(Array.from({ length: 6 }, work))
  const [lan] = await auth.users.byIds(['user_lan'])
  const about = "resource_id = 'user_lan' AND action IN ('role.grant', 'role.revoke')"
  const changes = await count(`audit_log WHERE ${about}`)
  assert(changes > 3)
  assert.equal(lan?.permissionVersion, changes)
  assert.equal(await count("outbox WHERE aggregate_id = 'user_lan' AND key LIKE 'auth.role.%'"), changes)
  const held = await count("audit_log WHERE resource_id = 'user_lan' AND action = 'role.grant'")
  const lost = await count("audit_log WHERE resource_id = 'user_lan' AND action = 'role.revoke'")
  assert.equal(lan.roles.length, 1 + held - lost)
})

test('D6 a change that the database gives up in a deadlock is done again, once', async () => {
  await commands.assignRole(root, { userId: 'user_an', role: 'admin' })
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  // Whoever waits shorter than this finds the deadlock and is given up: ours.
  await other.query("SET deadlock_timeout = '10s'")
  await other.query("BEGIN; SELECT FROM roles WHERE name = 'admin' FOR UPDATE")
  const revoking = commands.revokeRole(root, { userId: 'user_an', role: 'admin' })
  await until('it waits for the role', async () => (await count(waiting)) === 1)
  await other.query("SELECT FROM users WHERE id = 'user_an' FOR UPDATE")
  const deadlocks = async () =>
    (
      await asOwner<{ n: number }>(
        url,
        'SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()',
      )
    )[0]?.n
  await other.query('COMMIT')
  await other.end()
  assert(!(await revoking).roles.includes('admin'))
  assert.equal(await count("audit_log WHERE resource_id = 'user_an' AND action = 'role.revoke'"), 1)
  assert.equal(await count("outbox WHERE aggregate_id = 'user_an' AND key = 'auth.role.revoked'"), 1)
  await until('the database tells of the deadlock', async () => (await deadlocks()) === 1)
})

/** Runs our change while somebody else's, which is about to be committed, stands in its way. */
async function losing(theirs: string, ours: () => Promise<unknown>): Promise<unknown> {
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query(`BEGIN; ${theirs}`)
  const outcome = ours().catch((error: unknown) => error)
  await until('ours waits for theirs', async () => (await count(waiting)) === 1)
  await other.query('COMMIT')
  await other.end()
  return outcome
}

const refusedWith = async (code: string, error: unknown, about: string) => {
  assert.equal((error as { extensions?: { code: string } }).extensions?.code, code, String(error))
  assert.equal(await count(`audit_log WHERE action = 'access.denied' AND resource_id = '${about}'`), 1)
}

test('a role that somebody deletes while it is granted is not found, and one granted while it is deleted stays', async () => {
  const role = (name: string) => ({ name, description: '', permissions: [] })
  for (const name of ['brief', 'lasting']) await commands.createRole(root, role(name))
  const granting = () => commands.assignRole(root, { userId: 'user_an', role: 'brief' })
  await refusedWith('NOT_FOUND', await losing("DELETE FROM roles WHERE name = 'brief'", granting), 'user_an')
  const grant = "INSERT INTO user_roles (user_id, role_name) VALUES ('user_an', 'lasting')"
  const error = await losing(grant, () => commands.deleteRole(root, 'lasting'))
  await refusedWith('CONFLICT', error, 'lasting')
  assert((await auth.users.byIds(['user_an']))[0]?.roles.includes('lasting'))
})

test('of twenty who make a role of one name at once one does, and the others are told that it is taken', async () => {
  const role = { name: 'wanted', description: '', permissions: ['lesson:read'] }
  const made = await Promise.allSettled(Array.from({ length: 20 }, () => commands.createRole(root, role)))
  const codes = made.map((one) => (one.status === 'rejected' ? one.reason.extensions?.code : 'made'))
  assert.deepEqual(new Set(codes), new Set(['made', 'CONFLICT']))
  assert.equal(codes.filter((code) => code === 'made').length, 1)
})
