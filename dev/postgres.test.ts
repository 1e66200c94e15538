import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { copied } from './postgres/cluster.ts'
import { startPostgres } from './postgres.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-postgres-test-'))
  chmodSync(folder, 0o711) // else the data would lie where the server's user may go
  folders.push(folder)
  return join(folder, 'data')
}

const start = async (dataDir: string) => {
  const postgres = await startPostgres({ dataDir, durable: false })
  folders.push(postgres.dataDir)
  return postgres
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
    .query(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end())
}

/** A program that starts PostgreSQL and says where; it is ours to kill. */
async function inAnotherProcess(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const program = `
    const { startPostgres } = await import(${JSON.stringify(new URL('postgres.ts', import.meta.url).href)})
    const { url } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false })
    console.log(url('postgres'))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout, 'data')
  return { child, url: String(said).trim() }
}

test('what was stored before a stop is there after the next start', async () => {
  const dataDir = freshFolder()
  const first = await start(dataDir)
  await ask(await first.ensureDatabase('kept'), 'CREATE TABLE word AS SELECT 1 AS id')
  await first.stop()
  const second = await start(dataDir)
  assert.deepEqual(await ask(await second.ensureDatabase('kept'), 'SELECT id FROM word'), [{ id: 1 }])
  await second.stop()
  assert(!existsSync(join(second.dataDir, 'postmaster.pid')))
})

test('a database is copied from its template, with what that holds', async () => {
  const postgres = await start(freshFolder())
  await ask(await postgres.ensureDatabase('mould'), 'CREATE TABLE word AS SELECT 1 AS id')
  const copy = await postgres.ensureDatabase('copy', 'mould')
  assert.deepEqual(await ask(copy, 'SELECT id FROM word'), [{ id: 1 }])
  await postgres.stop()
})

test('the server of a run that was killed makes way for the next start', async () => {
  const dataDir = freshFolder()
  const { child, url } = await inAnotherProcess(dataDir)
  await ask(url, 'CREATE TABLE word AS SELECT 1 AS id')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.deepEqual(await ask(url, 'SELECT id FROM word'), [{ id: 1 }], 'it outlives its starter')
  const next = await start(dataDir)
  assert.deepEqual(await ask(next.url('postgres'), 'SELECT id FROM word'), [{ id: 1 }])
  await assert.rejects(ask(url, 'SELECT 1'))
  await next.stop()
})

test('a process id left behind by a machine that lost power is not in the way', async () => {
  const dataDir = freshFolder()
  const first = await start(dataDir)
  const file = join(first.dataDir, 'postmaster.pid')
  const left = readFileSync(file, 'utf8')
  await first.stop()
  writeFileSync(file, left)
  const next = await start(dataDir)
  await next.stop()
})

test('the folder of a run that is alive is left to it', async () => {
  const dataDir = freshFolder()
  const { child, url } = await inAnotherProcess(dataDir)
  await assert.rejects(start(dataDir), /^Error: Another run \(process \d+\) holds .+: stop it/)
  assert.equal((await ask(url, 'SELECT 1')).length, 1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = await start(dataDir)
  await next.stop()
})

test('of two runs that begin a folder at once one has it, and the other is told so', async () => {
  const dataDir = freshFolder()
  const program = `
    const { startPostgres } = await import(${JSON.stringify(new URL('postgres.ts', import.meta.url).href)})
    const { stop } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false })
      .catch(({ message }) => { console.log(message); process.exit() })
    console.log('runs')
    const running = setInterval(() => {}, 1000)
    process.once('SIGTERM', () => stop().then(() => clearInterval(running)))`
  const runs = [1, 2].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  const said = await Promise.all(
    runs.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()),
  )
  for (const run of runs) run.kill()
  assert.equal(said.filter((one) => one === 'runs').length, 1, said.join('; '))
  assert.match(said.find((one) => one !== 'runs') ?? '', /^Another run \(process \d+\) holds /)
})

test('what a start left that was killed as it filled the folder is gone after the next', async () => {
  const dataDir = freshFolder()
  const around = join(dataDir, '..')
  const program = `
    const { startPostgres } = await import(${JSON.stringify(new URL('postgres.ts', import.meta.url).href)})
    await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })
  while (!readdirSync(around).length) await pause(5)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(readdirSync(around).length, 1)
  const next = await start(dataDir)
  await next.stop()
  assert.deepEqual(readdirSync(around), ['data'])
})

test('a program that ends takes its server along', async () => {
  const dataDir = freshFolder()
  const program = `
    const { startPostgres } = await import(${JSON.stringify(new URL('postgres.ts', import.meta.url).href)})
    const { url } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false })
    console.log(url('postgres'))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  const [[said], [code]] = await Promise.all([once(child.stdout, 'data'), once(child, 'exit')])
  assert.equal(code, 0)
  while (await ask(String(said).trim(), 'SELECT 1').catch(() => null));
})

test('a data folder of another version is named in one sentence', async () => {
  const dataDir = freshFolder()
  const { stop, dataDir: real } = await start(dataDir)
  await stop()
  writeFileSync(join(real, 'PG_VERSION'), '14\n')
  await assert.rejects(start(dataDir), (error: Error) => {
    assert(error.message.includes(real))
    assert.match(error.message, /incompatible.+Move the folder away/)
    return !error.message.includes('\n')
  })
})

test('a folder with something else in it is named and left alone', async () => {
  const open = join(tmpdir(), `puchi-else-${process.pid}`)
  folders.push(open)
  mkdirSync(open)
  writeFileSync(join(open, 'letter.txt'), 'xin chào')
  await assert.rejects(start(open), /cannot begin in .+puchi-else.+\(.*not empty\)/)
  assert.equal(readFileSync(join(open, 'letter.txt'), 'utf8'), 'xin chào')
})

test('a disk without room is named in one sentence', {
  skip:
    process.getuid?.() === 0 && process.platform === 'linux'
      ? false
      : 'needs root on Linux: it mounts a disk',
}, async () => {
  const data = freshFolder()
  mkdirSync(data)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=711', 'tmpfs', data])
  try {
    await assert.rejects(start(join(data, 'postgres')), /^Error: PostgreSQL cannot begin in .+No space left/)
  } finally {
    execFileSync('umount', [data])
  }
})

test('a place that cannot be a folder is named in one sentence', async () => {
  const file = freshFolder()
  writeFileSync(file, '')
  await assert.rejects(start(`${file}/postgres/data`), /^Error: The folder .+ cannot be written \(ENOTDIR\)/)
})

test('the copy of a folder is whole or not there; one that is another user’s is not used', {
  skip: process.getuid?.() === 0 ? false : 'only root may give a folder away',
}, () => {
  const from = mkdtempSync(join(tmpdir(), 'puchi-from-'))
  folders.push(from)
  writeFileSync(join(from, 'server'), 'one')
  const name = `puchi-copy-${process.pid}`
  const copy = copied(from, name)
  folders.push(copy)
  assert.equal(readFileSync(join(copy, 'server'), 'utf8'), 'one')
  assert.equal(copied(from, name), copy)
  chownSync(copy, 65534, 65534)
  assert.throws(() => copied(from, name), /puchi-copy-.+ is another user's\. Remove it\.$/)
})
