import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { namedOperation } from '../../tests/harness/operations.ts'
import { startProcesses } from '../../tests/harness/stack.ts'

type Spread = { median: number; p95: number }
type Load = { learners: number; rate: number; seconds: number }

/** Milliseconds from a mutation to its frame, through everything. */
export type EndToEnd = Load & { mutations: number; frames: number; afterAnswer: Spread; afterSending: Spread }

const lessonId = 'lesson_live'

/** Learners who follow their own lesson while progress in it is recorded at a rate. */
export async function endToEnd({ learners, rate, seconds }: Load): Promise<EndToEnd> {
  const stack = await startProcesses({ MUTATIONS_PER_MINUTE: '100000' })
  const came = new Map<string, number>()
  const sent = new Map<string, { at: number; answered: number }>()
  try {
    const all = await Promise.all(
      Array.from({ length: learners }, (_, i) => follow(stack, `bench${i}`, came)),
    )
    const begin = performance.now()
    const running: Promise<void>[] = []
    for (let i = 0; i < rate * seconds; i += 1) {
      await pause(Math.max(0, begin + (i * 1_000) / rate - performance.now()))
      const who = all[i % learners] ?? all[0]
      if (who) running.push(who.record(Math.floor(i / learners) + 1, sent))
    }
    await Promise.all(running)
    await pause(1_500)
    for (const one of all) one.close()
  } finally {
    await stack.close()
  }
  const both = [...sent].flatMap(([key, { at, answered }]) => {
    const arrived = came.get(key)
    return arrived === undefined ? [] : [{ sending: arrived - at, answer: arrived - answered }]
  })
  return {
    ...{ learners, rate, seconds, mutations: sent.size, frames: both.length },
    afterAnswer: spread(both.map(({ answer }) => answer)),
    afterSending: spread(both.map(({ sending }) => sending)),
  }
}

type Stack = Awaited<ReturnType<typeof startProcesses>>

async function follow(stack: Stack, username: string, came: Map<string, number>) {
  const authorization = `Bearer ${await stack.token(username)}`
  const client = createClient({
    url: stack.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  })
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const query = namedOperation('ProgressUpdated')
  client.subscribe<{ progressUpdated: { percent: number } }>(
    { query, variables: { lessonId } },
    {
      next({ data }) {
        came.set(`${username} ${data?.progressUpdated.percent}`, performance.now())
        resolve()
      },
      error: (error) => console.error('a follower:', error),
      complete: () => {},
    },
  )
  await ready
  return {
    async record(percent: number, sent: Map<string, { at: number; answered: number }>) {
      const at = performance.now()
      const input = {
        lessonId,
        percent,
        correct: 1,
        total: 2,
        seconds: 10,
        idempotencyKey: `bench-${percent}`,
      }
      const {
        body: { errors },
      } = await stack.ask(namedOperation('RecordProgress'), {
        variables: { input },
        token: authorization.slice(7),
      })
      if (errors) console.error('a mutation:', JSON.stringify(errors).slice(0, 200))
      sent.set(`${username} ${percent}`, { at, answered: performance.now() })
    },
    close: () => void client.dispose(),
  }
}

function spread(values: number[]): Spread {
  const sorted = values.sort((a, b) => a - b)
  const at = (part: number) => Number((sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(1))
  return { median: at(0.5), p95: at(0.95) }
}
