import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { learners } from '@puchi/prisma/learners'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { demoToken } from '../../dev/demo-token.ts'
import { variable } from '../../dev/places.ts'
import { freePort } from '../../dev/ports.ts'
import { readSecrets } from '../../dev/secrets.ts'
import { root, subgraphs } from '../../dev/subgraphs.ts'
import { percentile } from '../percentile.ts'

type Spread = { median: number; p95: number }
type Load = { rate: number; seconds: number }

/** Milliseconds from a mutation to its frame, through everything. */
export type EndToEnd = Load & {
  learners: number
  mutations: number
  frames: number
  afterAnswer: Spread
  afterSending: Spread
}

const lessonId = 'lesson_live'
const document = `subscription Follow { progressUpdated(lessonId: "${lessonId}") { version percent user { id stats { totalXp } } } }`
const mutation = `mutation Record($input: RecordProgressInput!) { recordProgress(input: $input) { __typename } }`

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
  const sent = new Map<string, { at: number; answered: number }>()
  try {
    const all = await Promise.all(learners.map(({ username }) => follow(stack, username, came)))
    const step = (i: number) => all[i % all.length]?.(Math.floor(i / all.length) + 1, sent)
    // Plans are made and code is compiled before the clock runs.
    const warm = all.length * 5
    for (let i = 0; i < warm; i += 1) await step(i)
    sent.clear()
    const begin = performance.now()
    const running: (Promise<void> | undefined)[] = []
    for (let i = 0; i < rate * seconds; i += 1) {
      await pause(Math.max(0, begin + (i * 1_000) / rate - performance.now()))
      running.push(step(warm + i))
    }
    await Promise.all(running)
    await pause(1_500)
  } finally {
    await stack.close()
  }
  const both = [...sent].flatMap(([key, { at, answered }]) => {
    const arrived = came.get(key)
    return arrived === undefined ? [] : [{ sending: arrived - at, answer: arrived - answered }]
  })
  return {
    ...{ learners: learners.length, rate, seconds, mutations: sent.size, frames: both.length },
    afterAnswer: spread(both.map(({ answer }) => answer)),
    afterSending: spread(both.map(({ sending }) => sending)),
  }
}

type Recording = (percent: number, sent: Map<string, { at: number; answered: number }>) => Promise<void>

let complaints = 0

function complain(what: string): void {
  complaints += 1
  if (complaints < 4) console.error(what.slice(0, 200))
}

/** Subscribes; answers how to record progress. */
async function follow(stack: Stack, username: string, came: Map<string, number>): Promise<Recording> {
  const authorization = `Bearer ${await stack.token(username)}`
  const client = createClient({
    url: stack.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  })
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  client.subscribe<{ progressUpdated: { percent: number } }>(
    { query: document },
    {
      next({ data }) {
        const arrived = performance.now()
        if (data?.progressUpdated) came.set(`${username} ${data.progressUpdated.percent}`, arrived)
        resolve()
      },
      error: (error) => complain(String((error as Error).message ?? JSON.stringify(error))),
      complete: () => {},
    },
  )
  await ready
  return async (percent, sent) => {
    const at = performance.now()
    const idempotencyKey = `bench-${percent}`
    const input = { lessonId, percent, correct: 1, total: 2, seconds: 10, idempotencyKey }
    const response = await fetch(stack.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: mutation, variables: { input } }),
    })
    const text = await response.text()
    if (text.includes('"errors"')) return complain(text)
    sent.set(`${username} ${percent}`, { at, answered: performance.now() })
  }
}

function spread(values: readonly number[]): Spread {
  const at = (part: number) => Number(percentile(values, part).toFixed(1))
  return { median: at(0.5), p95: at(0.95) }
}
