import assert from 'node:assert/strict'
import { test } from 'node:test'
import { vhostFor } from '../../tests/harness/rabbit.ts'
import { inProcess } from '../broker.ts'
import { freePort } from '../ports.ts'
import { brokerAt } from './demo-stack.ts'

test('of RabbitMQ the page shows the version that it greets with', async () => {
  const vhost = await vhostFor()
  const { rabbitmq_version: version } = (await vhost.call('GET', 'overview')) as { rabbitmq_version: string }
  assert.match(version, /^\d+\.\d+\.\d+/)
  const part = await brokerAt({ url: vhost.url(), where: 'here' })
  assert.deepEqual([part.kind, part.version], ['RabbitMQ', version])
})

test('a RabbitMQ that does not greet has no version, and the embedded broker says what it is', async () => {
  const url = `amqp://127.0.0.1:${await freePort()}`
  const part = await brokerAt({ url, where: 'nowhere' })
  assert.deepEqual([part.kind, part.version, part.probe], ['RabbitMQ', undefined, url.replace('amqp', 'tcp')])
  const embedded = await brokerAt({ url: inProcess, where: 'in this process' })
  assert.deepEqual([embedded.kind, embedded.version], ["embedded, in RabbitMQ's place", undefined])
})
