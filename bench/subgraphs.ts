// npm run bench:subgraphs [-- --requests 400] [--only auth|user]
// CPU per request of auth beside stock Apollo, and of user beside its own statements with nothing around them
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../dev/postgres.ts'
import { benchAuth } from './subgraphs/auth.ts'
import { benchUser } from './subgraphs/user.ts'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '400' }, only: { type: 'string' } },
})
const longest = 240_000
const late = setTimeout(() => {
  console.error(`stopped: not done after ${longest / 1_000} s; ask for fewer --requests`)
  process.exit(1)
}, longest)

const folder = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const postgres = await startPostgres({ dataDir: join(folder, 'data') })
const about = { databaseUrl: postgres.ensureDatabase, folder, requests: Number(values.requests) }
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}; PostgreSQL with fsync; Node ${process.version}`)
const missed: string[] = []
try {
  if (values.only !== 'user') missed.push(...(await benchAuth(about)))
  if (values.only !== 'auth') missed.push(...(await benchUser(about)))
} finally {
  await postgres.stop()
  clearTimeout(late)
}
console.log(missed.length === 0 ? 'every goal is reached' : `NOT reached: ${missed.join('; ')}`)
process.exit(missed.length === 0 ? 0 : 1)
