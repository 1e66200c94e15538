import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import { freePort } from '../dev/ports.ts'
import { ask } from '../tests/harness/question.ts'
import { openSmallGraph, type SmallGraph } from '../tests/harness/small-graph.ts'
import { stackSettings } from '../tests/harness/small-router.ts'

const main = `${import.meta.dirname}/main.ts`

let graph: SmallGraph
before(async () => {
  graph = await openSmallGraph()
})
after(() => graph.close())
beforeEach(() => graph.reset())

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'], ROUTER_MAX_LAG_MS: '60000', ...env },
  })

/** A process that is expected to end by itself: its exit code and what it said. */
async function ended(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = run(args, env)
  const [out, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, out, said: said.trim() }
}

/** A router process that listens. */
async function listening(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = run(args, env)
  let log = ''
  child.stdout.on('data', (chunk) => {
    log += chunk
  })
  while (!log.includes('router listens')) await once(child.stdout, 'data')
  const { port } = JSON.parse(log.split('\n').find((line) => line.includes('router listens')) ?? '{}')
  return { child, url: `http://127.0.0.1:${port}/graphql`, log: () => log }
}

test('--anonymous serves any supergraph with no environment at all, introspection open', async () => {
  const port = await freePort()
  const args = ['--supergraph', graph.file, '--port', String(port), '--anonymous']
  const { child, url } = await listening([...args, '--subgraph', `reviews=${graph.reviews.url}`])
  assert.equal(new URL(url).port, String(port))
  assert.deepEqual((await ask(url, '{ me { name karma } }')).data, { me: { name: 'Lan', karma: 10 } })
  assert.equal((await ask(url, '{ __schema { types { name } } }')).status, 200)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'close'), [0, null])
})

test('flags say where a subgraph is; the environment does where they do not', async () => {
  const wrong = 'http://127.0.0.1:1/graphql'
  const args = ['--supergraph', graph.file, '--port', '0', '--anonymous']
  const { child, url } = await listening([...args, '--subgraph', `accounts=${graph.accounts.url}`], {
    SUBGRAPH_ACCOUNTS_URL: wrong,
    SUBGRAPH_REVIEWS_URL: wrong,
  })
  const { data, codes } = await ask(url, '{ me { name } newest { text } }')
  assert.deepEqual([data, codes], [{ me: { name: 'Lan' }, newest: null }, ['SUBGRAPH_UNAVAILABLE']])
  child.kill('SIGTERM')
  await once(child, 'close')
})

test('a wrong command line is one sentence and exit code 1', async () => {
  const locked = `${graph.file}.locked`
  const security = 'schema @link(url: "https://example.com/sec/v1.0", for: SECURITY)\n'
  writeFileSync(locked, graph.sdl.replace('schema\n', security))
  const whole = ['--anonymous', '--supergraph', graph.file, '--port', '0']
  const wrong: [string[], RegExp][] = [
    [['--anonymous'], /--supergraph FILE/],
    [['--anonymous', '--supergraph', graph.file], /--port N/],
    [[...whole, '--port', 'x'], /--port needs a port number, not "x"/],
    [[...whole, '--workers', '0'], /--workers needs a number from 1 to 99, not "0"/],
    [[...whole, '--nonsense'], /--nonsense.*--help/],
    [[...whole, '--subgraph', 'reviews'], /NAME=URL/],
    [[...whole, '--subscription', 'reviews=ftp://x'], /--subscription needs NAME=URL/],
    [[...whole, '--subscription', 'nobody=ws://127.0.0.1:1'], /no subgraph "nobody"/],
    [[...whole, '--subscription', 'reviews=ws://a:b@x'], /--subscription reviews: its URL holds credentials/],
    [['--jwks', 'keys.json'], /--jwks needs --anonymous/],
    [[...whole, '--issuer', 'x'], /--issuer and --audience need --jwks/],
    [[...whole, '--jwks', '/nowhere'], /The key set \/nowhere cannot be read \(ENOENT\)/],
    [[...whole, '--forward-header', 'x tenant'], /needs a name, not "x tenant"/],
    [[...whole, '--forward-header', 'Content-Type'], /cannot be "content-type"/],
    [['--forward-header', 'cookie'], /needs --anonymous/],
    [[...whole, '--subgraph', 'nobody=http://127.0.0.1:1'], /no subgraph "nobody", only accounts, reviews/],
    [['--anonymous', '--port', '0', '--supergraph', '/nowhere'], /cannot be read \(ENOENT\)/],
    [['--anonymous', '--port', '0', '--supergraph', main], /is not a supergraph/],
    [
      ['--anonymous', '--port', '0', '--supergraph', locked],
      /sec\/v1.0 is for: SECURITY but is unsupported$/,
    ],
  ]
  for (const [args, sentence] of wrong) {
    const { code, said } = await ended(args)
    assert.equal(code, 1, args.join(' '))
    assert.match(said, sentence)
    assert.equal(said.split('\n').length, 1, said)
  }
  const { code, out } = await ended(['--help'])
  assert.equal(code, 0)
  assert.match(out, /--anonymous/)
})

test('P13 stack mode demands every setting, names the missing ones and shows no value', async () => {
  const names = Object.keys(stackSettings(graph, { url: 'http://x', jwksUrl: 'http://x' }))
  const { code, said } = await ended([])
  assert.equal(code, 1)
  for (const name of names) assert.match(said, new RegExp(`^  ${name}: is missing$`, 'm'))
  const bad = await ended([], { ROUTER_SECRETS: 'too-short', ROUTER_PORT: '99999', CORS_ORIGINS: '*' })
  assert.match(bad.said, /ROUTER_SECRETS: must have at least 32/)
  assert.match(bad.said, /CORS_ORIGINS: must be origins/)
  assert.doesNotMatch(bad.said, /too-short|99999/)
})

test('P5 SIGTERM under load loses no request that was let in, and ends with 0', async () => {
  const args = ['--supergraph', graph.file, '--port', '0', '--anonymous']
  const { child, url } = await listening(args, { NODE_ENV: 'production' })
  const agent = new Agent({ keepAlive: true, maxSockets: 10 })
  const closed = once(child, 'close')
  const lost: unknown[] = []
  let answered = 0
  const load = async () => {
    for (;;) {
      const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } })
      sent.end('{"query":"{ me { name karma } }"}')
      try {
        const [response] = await once(sent, 'response')
        const body = await text(response)
        if (response.statusCode === 200 && body.includes('"karma":10')) answered += 1
        else lost.push(body)
        // Told that this door closes, a balancer goes elsewhere; until then nothing may fail.
        if (response.headers.connection === 'close') return
      } catch (error) {
        lost.push(error)
        return
      }
      if (answered === 200) child.kill('SIGTERM')
    }
  }
  await Promise.all(Array.from({ length: 10 }, load))
  assert.deepEqual(lost, [])
  assert(answered >= 200)
  assert.deepEqual(await closed, [0, null])
  agent.destroy()
})

// Prints every host that a process looks up.
const tellLookups = `import dns from 'node:dns'
const { lookup } = dns
dns.lookup = (host, ...rest) => {
  if (!/^(localhost|127\\.|0\\.0)/.test(host)) console.log('looked up ' + host)
  return lookup(host, ...rest)
}`

test('Apollo hears nothing of us, whatever the environment says', async () => {
  const { child, url, log } = await listening(['--supergraph', graph.file, '--port', '0', '--anonymous'], {
    APOLLO_KEY: 'service:x:y',
    APOLLO_GRAPH_REF: 'x@y',
    APOLLO_SCHEMA_REPORTING: 'true',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(tellLookups)}`,
  })
  await ask(url, '{ me { name } }')
  child.kill('SIGTERM')
  await once(child, 'close')
  assert.doesNotMatch(log(), /looked up/)
})

// Prints every module that a process has loaded, Node's own among them.
const tellModules = `import { registerHooks } from 'node:module'
const loaded = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})
process.on('exit', () => console.log([...loaded, ...process.moduleLoadList].join('\\n')))`

test('a router of any supergraph loads nothing that no setting of it asks for', async () => {
  const { child, url, log } = await listening(['--supergraph', graph.file, '--port', '0', '--anonymous'], {
    NODE_ENV: 'production',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(tellModules)}`,
  })
  assert.deepEqual((await ask(url, '{ me { name } }')).data, { me: { name: 'Lan' } })
  child.kill('SIGTERM')
  await once(child, 'close')
  assert.match(log(), /router\/guard\/rules\.ts/)
  const idle = [
    /node_modules\/(amqplib|jose|rate-limiter-flexible|@redis|@opentelemetry\/sdk-trace)\//,
    /node_modules\/undici\/(index\.js|lib\/(web|mock)\/)/,
    /schema\/events|guard\/(news|mutation-rate|identity\/verified)\.ts/,
    /router\/http\/(pages|graphiql|status\/status|rest\/.*)\.ts/,
    /internal\/deps\/undici/,
  ]
  const needless = log()
    .split('\n')
    .filter((line) => idle.some((one) => one.test(line)))
  assert.deepEqual(needless, [])
})
