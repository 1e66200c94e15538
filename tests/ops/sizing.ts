// npm run sizing  measures what an operation costs each process, and writes the table of docs/scaling.md. Minutes on a quiet machine.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { test } from 'node:test'
import { learners } from '@puchi/prisma/learners'
import pg from 'pg'
import { variable } from '../../dev/places.ts'
import { root } from '../../dev/subgraphs.ts'
import { namedOperation } from '../harness/operations.ts'
import { type Stack, startProcesses } from '../harness/stack.ts'

const page = `${root}/docs/scaling.md`
const [from, to] = ['<!-- measured -->\n', '<!-- /measured -->']
const requests = Number(process.argv[2] ?? 3_000)
const atOnce = 16

type Work = { name: string; variables(n: number): object }
const works: Work[] = [
  { name: 'TopBar', variables: () => ({}) },
  { name: 'ProfilePage', variables: () => ({ username: 'minhnguyen' }) },
  { name: 'Leaderboard', variables: () => ({ period: 'ALL_TIME' }) },
  {
    name: 'RecordProgress',
    variables: (n) => ({
      input: { lessonId: `l${n}`, percent: 100, correct: 9, total: 10, seconds: 60, idempotencyKey: `k${n}` },
    }),
  },
]

type Usage = { cpu: number; memory: number }

async function usageOf(adminUrl: string): Promise<Usage> {
  const said = await (await fetch(`${adminUrl}/metrics`)).text()
  const read = (name: string) => Number(new RegExp(`^${name}{[^}]*} (\\S+)$`, 'm').exec(said)?.[1])
  return { cpu: read('process_cpu_seconds_total'), memory: read('process_resident_memory_bytes') }
}

/** Seconds of CPU that a process and those it has reaped have taken, and its parent. */
function timesOf(pid: string): { parent: string; seconds: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const [user, system, reapedUser, reapedSystem] = fields.slice(11, 15).map(Number)
    const ticks = (user ?? 0) + (system ?? 0) + (reapedUser ?? 0) + (reapedSystem ?? 0)
    return { parent: fields[1] ?? '', seconds: ticks / 100 }
  } catch {
    return null
  }
}

/** What the whole PostgreSQL server has taken. */
async function databaseUsage(url: string): Promise<Usage> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
  await client.end()
  const [server = ''] = readFileSync(`${rows[0].setting}/postmaster.pid`, 'utf8').split('\n')
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const own = all.flatMap((pid) => {
    const times = timesOf(pid)
    return times && (pid === server || times.parent === server) ? times.seconds : []
  })
  return { cpu: own.reduce((sum, one) => sum + one, 0), memory: 0 }
}

async function usage(stack: Stack): Promise<Record<string, Usage>> {
  const admin = (name: string) => `http://localhost:${stack.env[variable(name, 'ADMIN_PORT')]}`
  return {
    router: await usageOf(stack.routerAdminUrl),
    auth: await usageOf(admin('auth')),
    user: await usageOf(admin('user')),
    PostgreSQL: await databaseUsage(stack.databases['auth'] ?? ''),
  }
}

let sent = 0
async function run(stack: Stack, { name, variables }: Work, count: number): Promise<void> {
  const text = namedOperation(name)
  let left = count
  // Each learner has a row of its own to lock.
  const caller = async (_: unknown, index: number) => {
    const { id } = learners[index % learners.length] ?? assert.fail()
    const token = await stack.identity.mint({ sub: id, exp: Math.floor(Date.now() / 1_000) + 110 })
    while (left-- > 0) {
      sent += 1
      const { body } = await stack.ask(text, {
        token,
        operationName: name,
        variables: { ...variables(sent) },
      })
      assert.equal(body.errors, undefined)
    }
  }
  await Promise.all(Array.from({ length: atOnce }).map(caller))
}

test('what an operation costs', async () => {
  const stack = await startProcesses({ MUTATIONS_PER_MINUTE: '1000000' })
  const rows: string[] = []
  let last = await usage(stack)
  try {
    for (const work of works) {
      await run(stack, work, 500) // until everything is planned and compiled
      const before = await usage(stack)
      await run(stack, work, requests)
      last = await usage(stack)
      const cost = Object.keys(last).map(
        (part) => ((last[part]?.cpu ?? 0) - (before[part]?.cpu ?? 0)) / requests,
      )
      const carried = Math.floor(0.7 / (cost[0] ?? 1))
      rows.push(`| ${work.name} | ${cost.map((one) => (one * 1_000).toFixed(2)).join(' | ')} | ${carried} |`)
    }
  } finally {
    await stack.close()
  }
  const memory = ['router', 'auth', 'user'].map(
    (part) => `${part} ${Math.round((last[part]?.memory ?? 0) / 1_048_576)} MB`,
  )
  const table = [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}; ${requests} requests each, ${atOnce} at once; load ${loadavg()[0]?.toFixed(0)} at the end.`,
    '',
    '| operation | router | auth | user | PostgreSQL | requests a second on one core of the router, 70 % busy |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `Milliseconds of CPU for one request. Resident afterwards: ${memory.join(', ')}.`,
    '',
  ].join('\n')
  const text = readFileSync(page, 'utf8')
  writeFileSync(page, `${text.split(from)[0]}${from}${table}${to}${text.split(to)[1]}`)
})
