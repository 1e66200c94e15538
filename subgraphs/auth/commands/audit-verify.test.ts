import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { asOwner, authOn } from '../../../tests/harness/auth-database.ts'
import { databaseFor } from '../../../tests/harness/database.ts'
import { welcome } from '../domain/first-sight.ts'

const command = new URL('audit-verify.ts', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'puchi-audit-'))
const anchor = join(folder, 'anchor')
const url = await databaseFor('auth')
const auth = authOn(url)

before(async () => {
  for (const id of ['user_a', 'user_b', 'user_c']) await welcome(auth.users, id)
})
after(async () => {
  await auth.close()
  rmSync(folder, { recursive: true })
})

function verify(...args: string[]): string {
  const env = { ...process.env, AUTH_DATABASE_URL: url }
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    env,
    encoding: 'utf8',
  })
  return `${status} ${(stdout + stderr).trim()}`
}

test('a whole log is said to hold, and its head can be kept in a file', () => {
  assert.equal(verify('--anchor', anchor), '0 The audit log holds: 3 rows.')
  assert.equal(verify('--anchor', anchor), '0 The audit log holds: 3 rows.')
})

test('U2 rows cut off the end are missed by the anchor alone', async () => {
  await asOwner(url, 'DELETE FROM audit_log WHERE seq = 3')
  assert.equal(verify(), '0 The audit log holds: 2 rows.')
  assert.equal(verify('--anchor', anchor), '1 The audit log breaks at row 3: it is cut off.')
  await welcome(auth.users, 'user_d')
  assert.equal(verify('--anchor', anchor), '1 The audit log breaks at row 3: it is not as anchored.')
})

test('U2 a row that was changed is named', async () => {
  await asOwner(url, "UPDATE audit_log SET resource_id = 'user_x' WHERE seq = 2")
  assert.equal(verify(), '1 The audit log breaks at row 2: it is changed.')
})
