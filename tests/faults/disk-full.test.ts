import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { award, type Ground, numberOf, openGround, openPool } from './ground.ts'

/** Puts the outbox on a very small disk, until the test ends. Answers how to make that larger. */
async function onSmallDisk({ pool, url }: Ground): Promise<() => void> {
  const server = new URL(url)
  server.pathname = '/postgres'
  const admin = openPool(server.href, 1)
  const folder = mkdtempSync(join(tmpdir(), 'puchi-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=768k', 'tmpfs', folder])
  const { rows } = await pool.query('SHOW data_directory')
  const { uid, gid } = statSync(rows[0].data_directory)
  chownSync(folder, uid, gid)
  const name = `full_${process.pid}`
  await pool.query(`CREATE TABLESPACE ${name} LOCATION '${folder}'`)
  await pool.query(`ALTER TABLE outbox SET TABLESPACE ${name}`)
  after(async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`)
    await admin.query(`DROP TABLESPACE ${name}`)
    await admin.end()
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true })
  })
  return () => void execFileSync('mount', ['-o', 'remount,size=8m', folder])
}

const skip =
  process.getuid?.() === 0 && process.platform === 'linux' ? false : 'needs root on Linux: it mounts a disk'

test('D7 when the disk is full a change fails whole: neither its state nor its event is there', {
  skip,
}, async () => {
  const ground = await openGround()
  const enlarge = await onSmallDisk(ground)
  let succeeded = 0
  let failure: { code?: string } = {}
  while (!failure.code && succeeded < 20_000)
    await award(ground.transact, `user_${succeeded % 7}`).then(
      () => succeeded++,
      (error: { code?: string }) => {
        failure = error
      },
    )
  assert.equal(failure.code, '53100')
  assert.equal(await numberOf(ground.pool, 'outbox'), succeeded)
  const { rows } = await ground.pool.query('SELECT sum(xp)::int AS xp FROM balances')
  assert.equal(rows[0].xp, succeeded)
  assert.equal(
    Number((await ground.pool.query('SELECT sum(version) AS sum FROM aggregates')).rows[0].sum),
    succeeded,
  )

  // Space is made: the same change goes through, and its version follows the last one kept.
  enlarge()
  await award(ground.transact, 'user_0')
  assert.equal(await numberOf(ground.pool, 'outbox'), succeeded + 1)
})
