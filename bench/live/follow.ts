import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Report } from './tally.ts'

const lessonId = 'lesson_live'
const document = `subscription Follow { progressUpdated(lessonId: "${lessonId}") { version percent user { id stats { totalXp } } } }`
const mutation =
  'mutation Record($input: RecordProgressInput!) { recordProgress(input: $input) { progress { percent } } }'

type Learner = { url: string; username: string; token: string }

type Follower = {
  /** Reports a percentage; undefined where that was refused. */
  record(percent: number): Promise<Report | undefined>
  end(): Promise<void>
}

let complaints = 0

function complain(what: string): undefined {
  complaints += 1
  if (complaints < 4) console.error(what.slice(0, 200))
}

/** Subscribes to a learner's progress; when which frame comes is kept in `came`. */
export async function follow(
  { url, username, token }: Learner,
  came: Map<string, number>,
): Promise<Follower> {
  const authorization = `Bearer ${token}`
  const keyOf = (percent: number) => `${username} ${percent}`
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  })
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  client.subscribe<{ progressUpdated: { percent: number } }>(
    { query: document },
    {
      next({ data }) {
        if (data?.progressUpdated) came.set(keyOf(data.progressUpdated.percent), performance.now())
        resolve()
      },
      error: (error) => complain(String((error as Error).message ?? JSON.stringify(error))),
      complete: () => {},
    },
  )
  await ready
  return {
    async record(percent) {
      const at = performance.now()
      const input = {
        ...{ lessonId, percent, correct: 1, total: 2, seconds: 10 },
        idempotencyKey: `bench-${percent}`,
      }
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query: mutation, variables: { input } }),
      })
      const text = await response.text()
      const answered = performance.now()
      if (text.includes('"errors"')) return complain(text)
      const stands = JSON.parse(text).data.recordProgress.progress.percent
      return { key: keyOf(percent), at, answered, raised: stands === percent }
    },
    end: async () => client.dispose(),
  }
}
