import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cast, measure } from './measure.ts'

const asked = { field: 'personal' as const, count: 5, ms: 20, base: 0 }
const limits = { open: 40, reach: 40, event: 40, usage: 40 }

/** A server that only some of five subscribers hear of, and only so many of whose later frames come. */
function cast({ opened = 5, reached = 5, frames = 5 } = {}): Cast {
  let due = 0
  let events = 0
  return {
    limits,
    server: {
      name: 'slow',
      url: '',
      happen({ users = [] }) {
        events += 1
        due = events === 1 ? users.length : Math.min(users.length, frames)
      },
      usage: async () => ({ rss: 10_240, cpu: { user: events * 500, system: 0 } }),
    },
    clients: {
      open: async () => opened,
      unheard: async () => [0, 1, 2, 3, 4].slice(events > 0 ? reached : 0),
      async frames() {
        const times = Array.from({ length: due }, () => 1)
        due = 0
        await new Promise((resolve) => setTimeout(resolve, 5))
        return { times, bytes: 134 }
      },
      close: async () => undefined,
    },
  }
}

test('a server that serves everyone is measured by the frames that came', async () => {
  const { cpuUs, rssKib, lost, bytes } = await measure(cast(), asked)
  assert.deepEqual({ cpuUs, rssKib, lost, bytes }, { cpuUs: 100, rssKib: 2, lost: 0, bytes: 134 })
})

test('frames that did not come are lost, not forgotten', async () => {
  const { cpuUs, lost } = await measure(cast({ frames: 4 }), asked)
  assert.equal(cpuUs, 125)
  assert(lost > 0)
})

test('a server that does not end a phase in its time is told by how far it came', async () => {
  await assert.rejects(measure(cast({ opened: 3 }), asked), /^Error: 3 of 5 subscribed in 0\.04 s$/)
  await assert.rejects(measure(cast({ reached: 2 }), asked), /^Error: events reached 2 of 5 in 0\.04 s$/)
  await assert.rejects(measure(cast({ frames: 0 }), asked), /^Error: 0 of 5 frames came in 0\.04 s$/)
  const deaf = cast()
  deaf.server.usage = () => new Promise(() => {})
  await assert.rejects(measure(deaf, asked), /asking slow what it uses: not done within/)
})
