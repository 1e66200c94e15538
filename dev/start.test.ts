import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { placesFor } from '../tests/harness/processes.ts'
import { until } from '../tests/harness/until.ts'
import { openBroker } from './broker.ts'
import { freePort, isFree } from './ports.ts'
import { root, subgraphs } from './subgraphs.ts'

const folder = mkdtempSync(join(tmpdir(), 'puchi-start-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const { NODE_ENV: _, RABBITMQ_URL: __, ...inherited } = process.env

/** A place of its own for each start: ports and a data folder. */
async function somewhere(name: string): Promise<NodeJS.ProcessEnv> {
  const ports = await placesFor(subgraphs().map(({ name }) => name))
  return { ...inherited, ...ports, IDENTITY_PORT: String(await freePort()), DATA_DIR: join(folder, name) }
}

type Started = ChildProcessByStdio<null, Readable, Readable>

/** Starts as `npm start` does. */
const start = (env: NodeJS.ProcessEnv): Started =>
  spawn('node', [`${root}/dev/install.mjs`, 'dev/start.ts'], {
    env,
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })

async function ended(child: Started) {
  const [all, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { said: all.replace(/^Generating .*\n/, ''), code }
}

/** What is on the screen once everything runs. */
async function screenOf(child: Pick<Started, 'stdout'>): Promise<string> {
  let shown = ''
  for await (const chunk of child.stdout) {
    shown += chunk
    if (shown.includes('Ctrl-C stops')) return shown
  }
  throw new Error(`it ended: ${shown}`)
}

/** Another terminal knows nothing of the ports that were moved. */
const besides = ({ DATA_DIR }: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ ...inherited, DATA_DIR })

async function token(env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn('node', [`${root}/dev/install.mjs`, 'dev/token.ts', ...args], { env: besides(env) })
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { out, error, code }
}

describe('the system in one process', () => {
  let env: NodeJS.ProcessEnv
  let child: Started
  let screen: string
  before(async () => {
    env = { ...(await somewhere('one')), CORS_ORIGINS: 'http://localhost:8080' }
    child = start(env)
    screen = await screenOf(child)
  })
  after(() => void child.kill('SIGTERM'))

  const ask = async (bearer: string) => {
    const response = await fetch(`http://localhost:${env['ROUTER_PORT']}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ query: '{ me { username email } }' }),
    })
    return response.json()
  }
  const answer = { data: { me: { username: 'puchiuser', email: 'puchiuser@example.com' } } }

  test('the command on the screen is answered when it is pasted', async () => {
    const command = /^curl [\s\S]+?\}'$/m.exec(screen)?.[0]
    assert(command, screen)
    const shell = spawn('sh', ['-c', command])
    const { data } = JSON.parse(await text(shell.stdout))
    assert.equal(data.me.username, 'puchiuser')
    assert.equal(data.me.email, 'puchiuser@example.com')
    assert.equal(data.me.preferences.locale, 'vi')
  })

  test('the pages on the screen show that everything runs, and offer each demo learner', async () => {
    const [, status, learner] = /^Open (\S+) to see what runs, (\S+) to learn$/m.exec(screen) ?? []
    const page = await (await fetch(status ?? '')).text()
    assert.equal(page.match(/lamp (up|inside)/g)?.length, 7)
    assert.doesNotMatch(page, /lamp (down|degraded)/)
    assert.match(page, /<b>broker<\/b> <span class="soft">embedded, in RabbitMQ&#39;s place<\/span>/)
    const [, bearer] = /data-username="minhnguyen" data-token="([^"]+)"/.exec(page) ?? []
    const { data } = (await ask(bearer ?? '')) as typeof answer
    assert.equal(data.me.username, 'minhnguyen')
    assert.equal((await fetch(learner ?? '')).status, 200)
  })

  test('pages of an origin that is given may call, and the learner’s page still', async () => {
    const shownTo = async (origin: string) => {
      const url = `http://localhost:${env['ROUTER_PORT']}/graphql`
      const { headers } = await fetch(url, { method: 'OPTIONS', headers: { origin } })
      return headers.get('access-control-allow-origin') === origin
    }
    assert(await shownTo('http://localhost:8080'))
    assert(await shownTo(`http://localhost:${env['LEARNER_PORT']}`))
    assert(!(await shownTo('http://localhost:3000')))
  })

  test('the live command on the screen shows progress arriving while npm run demo:progress records it', async () => {
    const command = /^curl -sN [\s\S]+?\}'$/m.exec(screen)?.[0]
    assert(command, screen)
    const watching = spawn('sh', ['-c', `exec ${command}`])
    const events: { snapshot: boolean; percent: number; user: { username: string } }[] = []
    let heard = ''
    watching.stdout.on('data', (chunk) => {
      heard += chunk
      const frames = [...heard.matchAll(/^data: (\{.*\})\n/gm)].map(([, json = '']) => JSON.parse(json))
      events.splice(0, events.length, ...frames.map(({ data }) => data.progressUpdated))
    })
    await until('it shows how things stand', () => events.length === 1)
    const demo = spawn('node', [`${root}/dev/install.mjs`, 'dev/demo-progress.ts', '--times', '2'], {
      env: besides(env),
    })
    const [said, [code]] = await Promise.all([text(demo.stdout), once(demo, 'close')])
    assert.match(said, /^demo-\w+: 2 %, \d+ XP\ndemo-\w+: 4 %, \d+ XP\n$/)
    assert.equal(code, 0)
    await until('both have arrived', () => events.length === 3)
    watching.kill()
    assert.deepEqual(
      events.map(({ snapshot, percent, user }) => [snapshot, percent, user.username]),
      [
        [true, 0, 'puchiuser'],
        [false, 2, 'puchiuser'],
        [false, 4, 'puchiuser'],
      ],
    )
  })

  test('the README’s live clients, pasted, show a profile as it stands and then as it changes', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const bearer = (await token(env, 'puchiuser', '--ttl', '3600')).out.trim()
    const here = (text: string) => text.replaceAll('localhost:4000', `localhost:${env['ROUTER_PORT']}`)
    const codes = [...readme.matchAll(/```js\n(\/\/ live-[\s\S]+?)```/g)].map(([, code = '']) => here(code))
    const curl = /^curl -N [\s\S]+?\}'$/m.exec(readme)?.[0] ?? ''
    const pasted = here(curl).replace(/\$\(npm run [^)]+\)/, bearer)
    const runs = [
      ['sh', '-c', `exec ${pasted}`],
      ...codes.map((code) => [process.execPath, '--input-type=module', '-e', code]),
    ]
    assert.equal(runs.length, 3)
    const children = runs.map(([command = '', ...args]) =>
      spawn(command, args, {
        cwd: root,
        env: { ...env, TOKEN: bearer },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    const said = children.map(() => '')
    for (const [i, child] of children.entries())
      child.stdout.on('data', (chunk) => {
        said[i] += chunk
      })
    const counts = (word: RegExp) => said.map((text) => text.match(word)?.length ?? 0)
    const snapshots = /"?snapshot"?: ?true/g
    const changes = /"?snapshot"?: ?false/g
    await until('each shows how it stands', () => counts(snapshots).every((n) => n === 1), 30_000)
    const response = await fetch(`http://localhost:${env['ROUTER_PORT']}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({
        query: 'mutation { updateProfile(input: { bio: "Xin chào" }) { __typename } }',
      }),
    })
    assert.equal((await response.json()).errors, undefined)
    await until('each shows the change', () => counts(changes).every((n) => n === 1), 30_000)
    for (const text of said) assert.match(text, /puchiuser@example\.com/)
    for (const child of children) child.kill()
  })

  test('a token that is asked for is printed alone, and is good', async () => {
    const { out, code } = await token(env, 'puchiuser', '--ttl', '3600')
    assert.match(out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    assert.equal(code, 0)
    assert.deepEqual(await ask(out.trim()), answer)
  })

  test('a token of somebody unknown, or for a life that is not accepted, is refused in a sentence', async () => {
    const unknown = await token(env, 'nobody')
    assert.deepEqual(unknown, { out: '', error: 'There is no user nobody; try puchiuser.\n', code: 1 })
    assert.match((await token(env, 'puchiuser', '--ttl', '5')).error, /^--ttl takes .+\n$/)
    assert.match((await token(env)).error, /^Use: npm run/)
  })

  test('the same ports again are refused in one sentence that names the variables', async () => {
    const { said, code } = await ended(start(env))
    assert.equal(code, 1)
    assert.match(said, /^Ports .*\d+ \(ROUTER_PORT\).+ are taken: .+\n$/)
  })

  test('a second start on the same data is refused, and the tools find the first where it was', async () => {
    const { said, code } = await ended(start({ ...(await somewhere('two')), DATA_DIR: env['DATA_DIR'] }))
    assert.match(said, /^Another run \(process \d+\) holds .+\n$/)
    assert.equal(code, 1)
    assert.equal((await token(env, 'puchiuser')).code, 0)
  })

  test('Ctrl-C, twice as a terminal and npm send it, closes everything with 0; the next start has the data', async () => {
    child.kill('SIGINT')
    child.kill('SIGINT')
    assert.deepEqual(await ended(child), { said: '', code: 0 })
    for (const [name, port] of Object.entries(env))
      if (name.endsWith('_PORT')) assert(await isFree(Number(port)), `${name} is still held`)
    const bearer = /Bearer ([\w.-]+)/.exec(screen)?.[1] ?? ''
    child = start(env)
    await screenOf(child)
    assert.deepEqual(await ask(bearer), answer)
  })

  test('Ctrl-C while it starts is answered at once, and nothing is offered that is about to stop', async () => {
    const child = start(await somewhere('early'))
    let shown = ''
    const beginning = Promise.withResolvers<void>()
    child.stdout.on('data', (chunk) => {
      shown += chunk
      if (/Starting the identity/.test(shown)) beginning.resolve()
    })
    await beginning.promise
    child.kill('SIGINT')
    assert.equal((await ended(child)).code, 0)
    const sentences = shown.replaceAll(/^\{.*\}\n/gm, '') // a slow machine may make a service log
    assert.match(sentences, /router …\n\nStopping …\nStopped; the data is kept\.\n$/)
  })

  test('when npm is killed without a word, the system ends by itself', async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
    for (const [name, port] of Object.entries(env))
      if (name.endsWith('_PORT')) while (!(await isFree(Number(port)))) await pause(20)
  })
})

test('a system that was killed without a word is in nobody’s way', async () => {
  const env = await somewhere('killed')
  const killed = spawn(process.execPath, ['dev/start.ts'], {
    env,
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await screenOf(killed)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const next = start(env)
  await screenOf(next)
  next.kill('SIGTERM')
  assert.deepEqual(await ended(next), { said: '', code: 0 })
})

test('one taken port is named with the variable that moves it', async () => {
  const env = await somewhere('taken')
  const other = createServer()
  await once(other.listen(Number(env['USER_PORT']), '127.0.0.1'), 'listening')
  const { said, code } = await ended(start(env))
  other.close()
  assert.equal(code, 1)
  assert.equal(
    said,
    `Port ${env['USER_PORT']} (USER_PORT) is taken: stop what listens there, or set that variable to another port.\n`,
  )
})

test('a data folder that cannot be written is named', async () => {
  writeFileSync(join(folder, 'file'), '')
  const env = { ...(await somewhere('x')), DATA_DIR: join(folder, 'file', 'data') }
  const { said, code } = await ended(start(env))
  assert.match(said, /^The folder .+file\/data cannot be written \(ENOTDIR\): .+\n$/)
  assert.equal(code, 1)
})

test('a RabbitMQ is not started in a folder that it cannot use; where else is said', async () => {
  await assert.rejects(openBroker(join(folder, 'dự án'), true), /DATA_DIR=\S+ npm start/)
})

test('without a running system no token is given', async () => {
  const { error, code } = await token(await somewhere('nothing'), 'puchiuser')
  assert.match(error, /^Nothing runs here .+\n$/)
  assert.equal(code, 1)
})
