import { services } from '@puchi/prisma/migrate'
import { makeTemplate, startTestPostgres } from './harness/database.ts'
import { startTestRabbit } from './harness/rabbit.ts'

/** Something that the test files share: started once, told to them by environment, closed after the last one. */
export type Need = () => Promise<{ env: NodeJS.ProcessEnv; close(): Promise<void> }>

/** PostgreSQL with a migrated template of each service's database. */
const postgres: Need = async () => {
  const server = await startTestPostgres()
  const url = server.url('postgres')
  await Promise.all(services().map((service) => makeTemplate(url, service))).catch(async (error) => {
    await server.stop()
    throw error
  })
  return { env: { TEST_POSTGRES_URL: url }, close: server.stop }
}

/** RabbitMQ; each test file has a vhost of its own on it. */
const rabbitmq: Need = async () => {
  const { url, adminUrl, metricsUrl, stop } = await startTestRabbit()
  const env = { TEST_RABBITMQ_URL: url, TEST_RABBITMQ_ADMIN_URL: adminUrl }
  return { env: { ...env, ...(metricsUrl && { TEST_RABBITMQ_METRICS_URL: metricsUrl }) }, close: stop }
}

export const needs: readonly Need[] = [postgres, rabbitmq]
