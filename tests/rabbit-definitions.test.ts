import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { deliveryLimit } from '@puchi/platform/broker/topology'
import { eventKinds } from '@puchi/schema/events'
import { connect } from 'amqplib'
import { definitionsFile, definitionsText } from '../deploy/rabbitmq/generate.ts'
import { services } from '../deploy/rabbitmq/services.ts'
import { messageOf, rabbitBroker } from './harness/broker.ts'
import { vhostFor } from './harness/rabbit.ts'
import { until } from './harness/until.ts'

test('the definitions that RabbitMQ loads are made from the topology', () => {
  assert.equal(
    readFileSync(definitionsFile, 'utf8'),
    definitionsText(),
    'run node deploy/rabbitmq/generate.ts',
  )
})

test('no password stands in the definitions', () => {
  const { users } = JSON.parse(definitionsText()) as { users: { password: string }[] }
  for (const { password } of users) assert.match(password, /^\$\{[A-Z_]+_PASSWORD\}$/)
})

test('every event may be published by exactly one service, and what is consumed exists', () => {
  const keys = eventKinds.map(({ key }) => key)
  for (const key of keys) {
    const writers = services.filter(({ writes }) => writes.includes(key.split('.')[0] ?? ''))
    assert.equal(writers.length, 1, key)
  }
  for (const { consumes } of services) for (const key of consumes) assert(keys.includes(key), key)
})

test('services find what the definitions declare as they would declare it themselves', async () => {
  const vhost = await vhostFor({ isWhole: true })
  const key = 'auth.user.created'
  const open = async (service: string, user: string) => {
    const { consumes, retryDelays } = services.find((one) => one.service === service) ?? assert.fail()
    const broker = await rabbitBroker({ service, url: vhost.url(user), consumes, retryDelays })
    after(() => broker.close())
    return broker
  }
  const auth = await open('auth', 'auth-svc')
  // No user service has ever run, and still its events are kept for it.
  const sent = messageOf(key)
  await auth.publish(sent)
  const user = await open('user', 'user-svc')
  const got: string[] = []
  await user.consume('user', async ({ id }) => void got.push(id))
  await until('it is there', () => got.length === 1)
  assert.deepEqual(got, [sent.id])
})

test('the router tells what it denied, and nothing else', async () => {
  const vhost = await vhostFor({ isWhole: true })
  const router = await rabbitBroker({ service: 'router', url: vhost.url('router') })
  after(() => router.close())
  await until('it is connected', () => !router.away())
  await router.publish(messageOf('access.denied'))
  const refused = await router.publish(messageOf('auth.user.created')).catch((error: Error) => error)
  assert.match(String(refused?.cause), /ACCESS_REFUSED.*auth\.user\.created/)
})

test('a message that ends its consumer every time is a dead letter after fifty deliveries', async () => {
  const vhost = await vhostFor({ isWhole: true })
  const user = await rabbitBroker({ service: 'user', url: vhost.url(), consumes: ['auth.user.created'] })
  after(() => user.close())
  const sent = messageOf('auth.user.created')
  await user.publish(sent)
  const connection = await connect(vhost.url())
  after(() => connection.close())
  let deliveries = 0
  const dead = async () => {
    // Closing without an answer: as the server sees a consumer that died.
    const channel = await connection.createChannel()
    if (await channel.get('puchi.user')) deliveries += 1
    await channel.close()
    return deliveries > deliveryLimit && (await user.dead('user')).length === 1
  }
  await until('it is dead', dead)
  const [letter] = await user.dead('user')
  assert.equal(deliveries, deliveryLimit + 1)
  assert.deepEqual([letter?.id, letter?.key, letter?.reason], [sent.id, sent.key, 'Broker: delivery_limit'])
})
