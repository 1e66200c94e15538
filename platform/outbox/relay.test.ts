import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Broker } from '../broker.ts'
import type { Log } from '../log.ts'
import { createTelemetry } from '../telemetry.ts'
import { createRelay } from './relay.ts'

test('a database that is away is told of once, however many lanes try how often', async () => {
  const lines: unknown[][] = []
  const log = { warn: (...line: unknown[]) => void lines.push(line) } as unknown as Log
  const tried = Promise.withResolvers<void>()
  let tries = 0
  // It is asked before each try.
  const away = () => {
    tries += 1
    if (tries === 12) tried.resolve()
    return false
  }
  // Nobody listens on port 1.
  const url = 'postgresql://127.0.0.1:1/none'
  const relay = createRelay({ url, broker: { away } as Broker, log, telemetry: createTelemetry('test') })
  await tried.promise
  await relay.close()
  const told = lines.filter(([, what]) => /^the outbox cannot/.test(String(what)))
  assert.equal(told.length, 1)
  assert.match(JSON.stringify(told), /"why":"connect ECONNREFUSED/)
})
