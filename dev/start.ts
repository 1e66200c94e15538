// npm start                the whole system in one process: PostgreSQL, identity stand-in, subgraphs, router
// npm start -- --rabbitmq  … with a RabbitMQ of its own instead of the broker inside the process
// npm run dev              … and takes up what changes, as it runs
import { processSettings, readEnv } from '@puchi/platform/env'
import { runProcess, type Service } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { learners } from '@puchi/prisma/learners'
import { z } from 'zod'
import { openBroker } from './broker.ts'
import { dataFolder } from './data-folder.ts'
import { newDemoLesson } from './demo-lesson.ts'
import { demoToken } from './demo-token.ts'
import { takeUpChanges } from './hot/hot.ts'
import { type Identity, startIdentity } from './identity.ts'
import { serveLearnerPage } from './learner/serve.ts'
import { mustBeFree, type Place, placesIn } from './places.ts'
import { noteRunning } from './running.ts'
import { type Secrets, secretsIn } from './secrets.ts'
import { loadServices, startServices, webhookUrl } from './services.ts'
import { openDatabases } from './start/databases.ts'
import { demoStack } from './start/demo-stack.ts'
import { originsWith, stackEnv } from './start/environment.ts'
import { screen } from './start/screen.ts'

/** How long the printed token lives, and so the longest life that is accepted here; in seconds. */
const day = 86_400

const settings = z.object({
  ...processSettings,
  NODE_ENV: processSettings.NODE_ENV.default('development'),
  LOG_LEVEL: processSettings.LOG_LEVEL.default('warn'),
  HOST: processSettings.HOST.default('127.0.0.1'),
})

type Settings = z.output<typeof settings>

const say = (what: string) => console.log(what)

let isStopping = false
/** Says so at once, also where the start has to come to its end first. */
function stopping(): void {
  if (!isStopping) say('\nStopping …')
  isStopping = true
}

/** Starts everything in its order. What was started is closed again where a later part fails. */
async function start(): Promise<Pick<Service, 'close'>> {
  const held = new AsyncDisposableStack()
  try {
    await startInto(held, readEnv(settings))
  } catch (error) {
    await held.disposeAsync()
    throw error
  }
  return {
    async close() {
      stopping()
      await held.disposeAsync()
      say('Stopped; the data is kept.')
    },
  }
}

async function startInto(held: AsyncDisposableStack, { NODE_ENV, LOG_LEVEL, HOST }: Settings): Promise<void> {
  const places = placesIn(process.env)
  await mustBeFree(process.env, HOST)
  const folder = dataFolder()
  const secrets = secretsIn(folder)
  const loading = loadServices()
  loading.catch(() => {}) // told where it is waited for
  const { databases, identity, broker } = await openGround(held, { folder, places, secrets, host: HOST })
  const tokenOf = dayLongTokens(identity, secrets.clerkSecretKey)
  const token = await tokenOf('puchiuser')
  await loading
  const pages = NODE_ENV !== 'production'
  const learnerUrl = `http://localhost:${places['learner']?.port}/`
  const around = { places, databases: databases.urls, broker, learners, learnerUrl, tokenOf }
  const stack = pages && (await demoStack({ ...around, identityUrl: identity.issuer }))
  const env = {
    ...process.env,
    ...stackEnv({ places, databases: databases.urls, identity, secrets, brokerUrl: broker.url }),
    ...originsGiven(pages ? places['learner'] : undefined),
    TOKEN_MAX_SECONDS: String(day),
    DEMO_TOKEN: token,
    ...(stack && { DEMO_STACK: JSON.stringify(stack) }),
    NODE_ENV,
    LOG_LEVEL,
    HOST,
  }
  const services = await startServices(env, broker.connect)
  held.defer(services.close)
  identity.deliverTo(webhookUrl(services.subgraphs))
  if (pages) {
    const { close } = await serveLearnerPage({
      port: places['learner']?.port ?? 0,
      host: HOST,
      api: services.router.url,
      identity,
      secretKey: secrets.clerkSecretKey,
      usernames: learners.map(({ username }) => username),
    })
    held.defer(close)
  }
  if (isStopping) return
  if (process.argv.includes('--watch')) held.defer(takeUpChanges({ services, say, again }))
  say(
    screen({
      services,
      identityUrl: identity.issuer,
      databases: databases.where,
      broker: broker.where,
      token,
      lessonId: newDemoLesson(folder),
      learnerUrl: pages ? learnerUrl : null,
    }),
  )
}

type Ground = { folder: string; places: Record<string, Place>; secrets: Secrets; host: string }

/** Opens what the services stand on: PostgreSQL, the identity stand-in, the broker. */
async function openGround(held: AsyncDisposableStack, { folder, places, secrets, host }: Ground) {
  say('Starting PostgreSQL, bringing the databases up to date …')
  const databases = await openDatabases(`${folder}/postgres`)
  held.defer(databases.close)
  // Not before: whoever holds the folder already is still where it said.
  noteRunning(folder, places)
  say('Starting the identity stand-in, the subgraphs and the router …')
  const identity = await startIdentity({
    port: places['identity']?.port ?? 0,
    host,
    dataDir: `${folder}/identity`,
    secretKey: secrets.clerkSecretKey,
    users: learners,
    webhooks: { secrets: [secrets.clerkWebhookSecret] },
  })
  held.defer(identity.close)
  const broker = await openBroker(folder, process.argv.includes('--rabbitmq'))
  held.defer(broker.close)
  return { databases, identity, broker }
}

/** Asks dev/install.mjs, which then also generates what is missing. */
function again(): void {
  if (!process.send?.('again')) say('Stop this, and start it again.')
}

const dayLongTokens =
  ({ url }: Identity, secretKey: string) =>
  (username: string): Promise<string> =>
    demoToken({ apiUrl: url, secretKey, username, seconds: day })

/** The lists of origins that are given; our own page may call all the same. */
const originsGiven = (learner: Place | undefined): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ['CORS_ORIGINS', 'CLERK_AUTHORIZED_PARTIES'].flatMap((name) =>
      process.env[name] ? [[name, originsWith(learner, process.env[name])]] : [],
    ),
  )

/** Says in a sentence why it did not start. */
function tell(error: unknown): never {
  const { message, stack } = error as Error
  console.error(process.env['LOG_LEVEL'] === 'debug' ? stack : message)
  process.exit(1)
}

// Whoever started this may be killed without a word; then nobody is left to stop it.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))

await runProcess(
  () => start().catch(tell),
  () => createLog('start', process.env['LOG_LEVEL'] || 'warn'),
  (leave) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        stopping()
        leave(signal)
      })
  },
)
