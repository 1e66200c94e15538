import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { learners } from '@puchi/prisma/learners'
import { demoToken } from '../../dev/demo-token.ts'
import { variable } from '../../dev/places.ts'
import { freePort } from '../../dev/ports.ts'
import { readSecrets } from '../../dev/secrets.ts'
import { root, subgraphs } from '../../dev/subgraphs.ts'
import { follow } from './follow.ts'
import { type Report, type Tally, tally } from './tally.ts'

type Load = { rate: number; seconds: number }

/** Milliseconds from a mutation to its frame, through everything. */
export type EndToEnd = Load & Tally & { learners: number }

type Stack = { url: string; token(username: string): Promise<string>; close(): Promise<void> }

/** The system of `npm start -- --rabbitmq`, with data of its own. */
async function startStack(): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
  const names = ['router', 'identity', ...subgraphs().map(({ name }) => name)]
  const variables = names.flatMap((name) => [variable(name, 'PORT'), variable(name, 'ADMIN_PORT')])
  const ports = await Promise.all(variables.map(async (name) => [name, String(await freePort())] as const))
  const env = {
    ...process.env,
    ...Object.fromEntries(ports),
    DATA_DIR: folder,
    MUTATIONS_PER_MINUTE: '100000',
  }
  const child = fork(join(root, 'dev/start.ts'), ['--rabbitmq'], {
    env,
    cwd: root,
    stdio: ['ignore', 'pipe', 2, 'ipc'],
  })
  process.once('exit', () => child.kill())
  let shown = ''
  for await (const chunk of child.stdout ?? []) {
    shown += chunk
    if (shown.includes('Ctrl-C stops')) break
  }
  const port = (name: string) => env[variable(name, 'PORT') as keyof typeof env]
  const secretKey = readSecrets(folder)?.clerkSecretKey ?? ''
  const apiUrl = `http://127.0.0.1:${port('identity')}`
  return {
    url: `http://127.0.0.1:${port('router')}/graphql`,
    token: (username) => demoToken({ apiUrl, secretKey, username, seconds: 3_600 }),
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>()
      child.once('exit', () => resolve())
      child.kill('SIGTERM')
      await promise
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Learners who follow their own lesson while progress in it is recorded at a rate. */
export async function endToEnd({ rate, seconds }: Load): Promise<EndToEnd> {
  const stack = await startStack()
  const came = new Map<string, number>()
  const reports: Report[] = []
  try {
    const all = await Promise.all(
      learners.map(async ({ username }) =>
        follow({ url: stack.url, username, token: await stack.token(username) }, came),
      ),
    )
    const step = (i: number) => all[i % all.length]?.record(Math.floor(i / all.length) + 1)
    // Plans are made and code is compiled before the clock runs.
    const warm = all.length * rounds
    for (let i = 0; i < warm; i += all.length) await Promise.all(all.map((_, at) => step(i + at)))
    const begin = performance.now()
    const running: Promise<void>[] = []
    for (let i = 0; i < rate * seconds; i += 1) {
      await pause(Math.max(0, begin + (i * 1_000) / rate - performance.now()))
      running.push(Promise.resolve(step(warm + i)).then((report) => void (report && reports.push(report))))
    }
    await Promise.all(running)
    for (const until = performance.now() + patience; performance.now() < until; await pause(50))
      if (reports.every(({ raised, key }) => !raised || came.has(key))) break
    for (const one of all) await one.end()
  } finally {
    await stack.close()
  }
  return { learners: learners.length, rate, seconds, ...tally(reports, came) }
}

/** How often each learner reports before the clock runs; a lesson has a hundred percent in all. */
const rounds = 40

/** Milliseconds that a frame may be late before it counts as lost. */
const patience = 5_000
