import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRabbitBroker } from '@puchi/platform/broker/rabbit'
import { createTelemetry } from '@puchi/platform/telemetry'
import { xpAwarded } from '@puchi/schema/events'
import { vhostFor } from '../harness/rabbit.ts'
import { until } from '../harness/until.ts'
import { type CarrierOptions, endOf, killed, startCarrier } from './carriers.ts'
import { award, type Ground, numberOf, openGround, quiet } from './ground.ts'
import { isFull } from './length.ts'

const kills = isFull ? 100 : 5

type Killing = Pick<CarrierOptions, 'failpoint' | 'work'>

/** Stores an event and has a process killed at its failpoint, again and again; then lets one finish the work. */
async function killAgainAndAgain(killing: Killing, aggregates: number) {
  const ground = await openGround()
  const rabbitUrl = (await vhostFor()).url()
  const options = { databaseUrl: ground.url, rabbitUrl }
  const effects = (count: number) =>
    until(`${count} effects`, async () => (await numberOf(ground.pool, 'effects')) >= count, 30_000)
  const finish = async (count: number) => {
    const carrier = startCarrier(options)
    await effects(count)
    await killed(carrier)
  }
  for (let i = 0; i < kills; i += 1) {
    await award(ground.transact, `user_${i % aggregates}`)
    assert.equal(await endOf(startCarrier({ ...options, ...killing })), 'SIGKILL')
    // Without an effect the same event would end every process, until it counts as one that no consumer survives.
    if (killing.failpoint === 'before-commit') await finish(i + 1)
  }
  startCarrier(options)
  await effects(kills)
  await until(
    'the outbox is empty',
    async () => (await numberOf(ground.pool, 'outbox WHERE published_at IS NULL')) === 0,
  )
  return { ground, rabbitUrl }
}

const brokerOf = (url: string) =>
  createRabbitBroker({
    url,
    service: 'user',
    consumes: [xpAwarded.key],
    log: quiet,
    telemetry: createTelemetry('test'),
  })

async function assertOnce({ ground, rabbitUrl }: { ground: Ground; rabbitUrl: string }): Promise<void> {
  assert.equal(await numberOf(ground.pool, 'effects'), kills)
  assert.equal(
    await numberOf(ground.pool, '(SELECT DISTINCT event_id FROM effects) AS distinct_effects'),
    kills,
  )
  assert.equal(await numberOf(ground.pool, 'inbox'), kills)
  const broker = await brokerOf(rabbitUrl)
  const dead = await broker.dead('user')
  await broker.close()
  assert.deepEqual(dead, [])
}

test('R8 a consumer killed after its commit and before its ack applies the event once', async () => {
  await assertOnce(await killAgainAndAgain({ failpoint: 'after-commit' }, kills))
})

test('R9 a consumer killed before its commit applies the event once, when it comes again', async () => {
  await assertOnce(await killAgainAndAgain({ failpoint: 'before-commit' }, kills))
})

test('R21 a relay killed between the confirm and its mark sends one event again, and it is applied once', async () => {
  // One aggregate: one event at a time is on its way.
  await assertOnce(await killAgainAndAgain({ failpoint: 'after-confirm', work: 'relay' }, 1))
})
