import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { asOwner, authOn } from '../../../tests/harness/auth-database.ts'
import { databaseFor } from '../../../tests/harness/database.ts'
import { by } from '../../../tests/harness/users.ts'
import { welcome } from '../domain/first-sight.ts'
import { tidy } from './upkeep.ts'

const url = await databaseFor('auth')
const auth = authOn(url)
after(auth.close)

test('denials, deliveries and refresh tokens go when no repetition can ask for them; the audit log stays', async () => {
  await welcome(auth.users, 'user_lan')
  await auth.commands.login(by('user_lan', 'sess_lan_1'), {})
  await auth.audit.denied(by('user_lan'), 'Query.users', new Date())
  await asOwner(
    url,
    `INSERT INTO denials SELECT 'user_x', 'f' || n, now() - interval '25 hours' FROM generate_series(1, 2500) n;
     INSERT INTO webhook_deliveries (id, applied_at) VALUES ('old', now() - interval '8 days'), ('new', now());
     INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at)
       SELECT 'old', id, now(), now() - interval '2 days' FROM sessions`,
  )
  const counts = async () =>
    asOwner(
      url,
      `SELECT (SELECT count(*) FROM denials)::int AS denials, (SELECT count(*) FROM refresh_tokens)::int AS tokens,
        (SELECT count(*) FROM webhook_deliveries)::int AS deliveries, (SELECT count(*) FROM audit_log)::int AS audit`,
    )
  const [before] = await counts()
  assert.deepEqual(before, { denials: 2_501, tokens: 2, deliveries: 2, audit: 3 })
  await tidy(auth.database)
  assert.deepEqual(await counts(), [{ denials: 1, tokens: 1, deliveries: 1, audit: 3 }])
})
