// A process that carries events from the outbox of a database to their effects in it, and that tests may kill.
// FAILPOINT kills it from inside: after-commit, before-commit (of the consumer), after-confirm (of the relay); or makes its
// consumer take three seconds: slow.
import { setTimeout as pause } from 'node:timers/promises'
import { createRabbitBroker } from '@puchi/platform/broker/rabbit'
import { poolTransact, type Transact } from '@puchi/platform/database/transaction'
import { on } from '@puchi/platform/inbox/apply'
import { createInbox } from '@puchi/platform/inbox/inbox'
import { closeAll, runProcess } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { createRelay } from '@puchi/platform/outbox/relay'
import { createTelemetry } from '@puchi/platform/telemetry'
import { xpAwarded } from '@puchi/schema/events'
import type pg from 'pg'
import { note, openPool } from './ground.ts'

const { DATABASE_URL: url = '', RABBITMQ_URL: rabbitUrl = '', WORK = 'relay inbox', FAILPOINT } = process.env
const log = createLog('carrier', process.env['TEST_LOG_LEVEL'] ?? 'silent')
const telemetry = createTelemetry('carrier')
const die = () => process.kill(process.pid, 'SIGKILL')

const rabbit = await createRabbitBroker({
  url: rabbitUrl,
  service: 'user',
  consumes: [xpAwarded.key],
  log,
  telemetry,
  retryDelays: [50, 100, 200, 400],
})
const broker: typeof rabbit = {
  ...rabbit,
  async publish(message) {
    await rabbit.publish(message)
    if (FAILPOINT === 'after-confirm') die()
  },
}

let isHandled = false
const commit = poolTransact(openPool(url))
const transact: Transact<pg.PoolClient> = async (work) => {
  const result = await commit(work)
  if (FAILPOINT === 'after-commit' && isHandled) die()
  return result
}
const noted = on(xpAwarded, async (event, _, sql) => {
  await note(event, sql)
  isHandled = true
  if (FAILPOINT === 'before-commit') die()
  if (FAILPOINT === 'slow') await pause(3_000)
})

const relay = WORK.includes('relay') ? createRelay({ url, broker, log, telemetry }) : null
const inbox = WORK.includes('inbox')
  ? await createInbox({ service: 'user', broker, transact, handlers: [noted], log, telemetry })
  : null
const close = () =>
  closeAll(
    async () => inbox?.close(),
    async () => relay?.close(),
    broker.close,
  )
await runProcess(
  async () => ({ close }),
  () => log,
)
