import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { deploy } from '@puchi/prisma/migrate'
import { seed } from '@puchi/prisma/seed'
import { percentile } from '../../bench/percentile.ts'
import { type Postgres, startPostgres } from '../../dev/postgres.ts'
import { asOwner } from '../harness/auth-database.ts'
import { type Stack, startStack } from '../harness/stack.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const frozenFor = isFull ? 30_000 : 8_000
const folder = mkdtempSync(join(tmpdir(), 'puchi-frozen-'))
let postgres: Postgres
let stack: Stack
let token: string
before(async () => {
  postgres = await startPostgres({ dataDir: join(folder, 'data') })
  const url = await postgres.ensureDatabase('auth')
  await deploy('auth', url)
  await seed('auth', url)
  // One learner changes things all the while.
  stack = await startStack({ AUTH_DATABASE_URL: url, MUTATIONS_PER_MINUTE: '100000' })
  token = await stack.token('anpham')
  await until('everybody answers', async () => (await ask(both)).codes.length === 0)
})
after(async () => {
  await stack?.close()
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const both = '{ userByUsername(username: "anpham") { username email } }'
const usersOnly = '{ userByUsername(username: "anpham") { username stats { level } } }'

async function ask(query: string) {
  const begin = performance.now()
  const { status, body } = await stack.ask(query, { token })
  const codes = (body.errors ?? []).map(({ extensions }) => extensions['code'])
  return { status, user: body.data?.userByUsername, codes, ms: performance.now() - begin }
}

/** The server's every process. */
async function processes(): Promise<number[]> {
  const text = `SELECT pg_read_file('postmaster.pid') AS text`
  const [row] = await asOwner<{ text: string }>(postgres.url('postgres'), text)
  const postmaster = Number(row?.text.split('\n', 1)[0])
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster)
  return [postmaster, ...children.map(Number)]
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}

/** Signals each; one that has ended by then, as the one that was asked for their numbers does, needs none. */
function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
}

test('D3 while the database of auth is frozen nobody waits longer than 3 s, and what is user’s alone is answered as ever', async () => {
  const frozen = await processes()
  signal(frozen, 'SIGSTOP')
  const waits: number[] = []
  const unaffected: number[] = []
  const end = performance.now() + frozenFor
  const asking = async () => {
    while (performance.now() < end) {
      const { status, user, codes, ms } = await ask(both)
      assert.deepEqual([status, user], [200, { username: 'anpham', email: null }])
      assert.deepEqual(codes, ['SUBGRAPH_UNAVAILABLE'])
      waits.push(ms)
      await pause(20)
    }
  }
  const others = async () => {
    while (performance.now() < end) {
      const { user, codes, ms } = await ask(usersOnly)
      assert.deepEqual([codes, typeof user.stats.level], [[], 'number'])
      unaffected.push(ms)
      await pause(50)
    }
  }
  const changing = async () => {
    while (performance.now() < end) {
      const { status, codes, ms } = await ask('mutation { login { session { id } } }')
      assert.equal(status, 200)
      assert.match(codes.join(), /^(SUBGRAPH_UNAVAILABLE|OVERLOADED)$/)
      waits.push(ms)
      await pause(20)
    }
  }
  await Promise.all([asking(), asking(), asking(), changing(), others()]).finally(() =>
    signal(frozen, 'SIGCONT'),
  )
  const p95 = percentile(unaffected, 0.95)
  const longest = Math.max(...waits)
  assert(longest <= 3_000, `${longest} ms`)
  assert(p95 < 300, `${p95} ms`)
  assert(waits.filter((ms) => ms < 100).length > waits.length / 2, 'the breaker never opened')
  await until('auth’s fields are back', async () => (await ask(both)).codes.length === 0)
})
