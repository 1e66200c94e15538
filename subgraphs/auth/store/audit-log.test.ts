import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { agreeableClerk, asOwner, asService, authOn } from '../../../tests/harness/auth-database.ts'
import { databaseFor } from '../../../tests/harness/database.ts'
import { by } from '../../../tests/harness/users.ts'
import { chainCheck } from '../domain/audit.ts'
import { welcome } from '../domain/first-sight.ts'
import { auditRows } from './audit-log.ts'

const url = await databaseFor('auth')
const auth = authOn(url, agreeableClerk, 50)
after(auth.close)

async function check() {
  const { next, end, head } = chainCheck()
  for await (const row of auditRows(auth.database)) {
    const found = next(row)
    if (found) return found
  }
  return end() ?? head().seq
}
const line = (n: number) => ({
  action: 'auth.login' as const,
  resource: 'session' as const,
  resourceId: `sess_${n}`,
  metadata: { n, đ: 'ờ' },
})

test('the database numbers and chains what is added, and we compute the same hashes', async () => {
  await auth.audit.add({ ...by('user_lan'), ip: '::1', userAgent: 'Trình duyệt' }, [line(1), line(2)])
  await auth.audit.add({ ...by('user_lan'), userId: null }, [line(3)])
  assert.equal(await check(), 3)
  const [newest] = await auth.audit.page(
    { actor: null, action: null, from: null, to: null },
    { first: 1, after: null },
  )
  assert.deepEqual([newest?.seq, newest?.actor, newest?.metadata], [3, null, '{"n":3,"đ":"ờ"}'])
})

test('U3 U4 fifty writers at once leave no gap and no fork, and every change has its row', async () => {
  const ids = Array.from({ length: 50 }, (_, n) => `user_w${n}`)
  await Promise.all(ids.map((id) => welcome(auth.users, id)))
  assert.equal(await check(), 53)
})

test('U1 the service may neither change, delete nor truncate history', async () => {
  for (const sql of [
    "UPDATE audit_log SET actor = 'x'",
    'DELETE FROM audit_log',
    'TRUNCATE audit_log',
    'ALTER TABLE audit_log DISABLE TRIGGER ALL',
  ])
    await assert.rejects(asOwner(asService(url), sql), { code: '42501' }, sql)
  assert.equal(await check(), 53)
})

test('whoever adds a row cannot choose its number, time or hash', async () => {
  const insert =
    "INSERT INTO audit_log (seq, at, action, resource, resource_id, metadata, hash) VALUES (9, '2000-01-01', 'a', 'b', 'c', '{}', 'x')"
  await asOwner(asService(url), insert)
  assert.equal(await check(), 54)
})

test('U2 the owner who changes a row is found out at that very row', async () => {
  await asOwner(url, "UPDATE audit_log SET actor = 'user_x' WHERE seq = 17")
  assert.deepEqual(await check(), { seq: 17, why: 'changed' })
})

test('U6 no e-mail, token or secret stands in the log', async () => {
  const rows = await asOwner(url, "SELECT 1 FROM audit_log a WHERE a::text ~ '@|eyJ|rt_|sk_|whsec_'")
  assert.deepEqual(rows, [])
})

test('a denial is kept once for user, field and minute', async () => {
  const at = new Date('2026-11-25T08:00:30Z')
  const denied = (field: string, time: Date) => auth.audit.denied(by('user_lan'), field, time)
  await Promise.all(Array.from({ length: 10 }, () => denied('Query.users', at)))
  await denied('Query.roles', at)
  await denied('Query.users', new Date('2026-11-25T08:01:00Z'))
  const rows = await asOwner(
    url,
    "SELECT resource_id FROM audit_log WHERE action = 'access.denied' ORDER BY seq",
  )
  assert.equal(rows.length, 3)
})

test('pages follow each other, newest first, and can be narrowed', async () => {
  const all = { actor: null, action: null, from: null, to: null }
  const seqs = async (filter: object, page: { first: number; after: number | null }) =>
    (await auth.audit.page({ ...all, ...filter }, page)).map(({ seq }) => seq)
  assert.deepEqual(await seqs({}, { first: 2, after: 57 }), [56, 55, 54])
  assert.deepEqual(await seqs({ action: 'auth.login' }, { first: 5, after: null }), [3, 2, 1])
  assert.deepEqual(await seqs({ actor: 'user_lan', action: 'auth.login' }, { first: 5, after: null }), [2, 1])
  assert.deepEqual(await seqs({ from: new Date('2100-01-01') }, { first: 5, after: null }), [])
})
