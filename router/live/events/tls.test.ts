import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createServer } from 'node:tls'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { ask } from '../../../tests/harness/question.ts'
import { openRaw } from '../../../tests/harness/raw-socket.ts'
import { spawnRouter } from '../../../tests/harness/router-process.ts'
import { need } from '../../../tests/harness/tools.ts'
import { until } from '../../../tests/harness/until.ts'

const tool = need('openssl')
const folder = mkdtempSync(join(tmpdir(), 'puchi-tls-'))
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
const graph = await openLiveGraph()
after(async () => {
  await graph.close()
  rmSync(folder, { recursive: true })
})
before(() => {
  if (tool.skip) return
  const named = ['-subj', '/CN=nobody', '-addext', 'subjectAltName=DNS:localhost', '-days', '2']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...named]
  execFileSync(tool.path, made, { stdio: 'ignore' })
})

/** The address of a subgraph behind TLS, as its operator's proxy ends it, until the file's tests are over. */
async function behindTls(plain: string): Promise<string> {
  const { hostname, port } = new URL(plain)
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    const inner = connect({ host: hostname, port: Number(port) })
    socket.pipe(inner).pipe(socket)
    for (const one of [socket, inner]) one.on('error', () => [socket, inner].map((other) => other.destroy()))
  })
  await once(server.listen(0, 'localhost'), 'listening')
  after(() => void server.close())
  return `https://localhost:${(server.address() as AddressInfo).port}/graphql`
}

const query = '{ score { goals scorer { name } } }'
const subscription = 'subscription { plain { goals scorer { name } } }'

test('subgraphs behind https and wss are trusted by the CA that NODE_EXTRA_CA_CERTS names, and no other', {
  skip: tool.skip,
}, async () => {
  const SUBGRAPH_MATCH_URL = await behindTls(graph.match.url)
  const urls = { SUBGRAPH_MATCH_URL, SUBGRAPH_PLAYERS_URL: await behindTls(graph.players.url) }
  const [trusting, wary] = await Promise.all([
    spawnRouter(graph.file, { ...urls, NODE_EXTRA_CA_CERTS: cert }),
    spawnRouter(graph.file, urls),
  ])
  const scorer = (goals: number) => ({ goals, scorer: { name: `Player p${goals}` } })
  assert.deepEqual((await ask(trusting.url, query)).data, { score: scorer(0) })
  assert.deepEqual((await ask(wary.url, query)).codes, ['SUBGRAPH_UNAVAILABLE'])

  const [live, refused] = await Promise.all([openRaw(trusting.url), openRaw(wary.url)])
  for (const raw of [live, refused]) {
    await raw.init()
    raw.subscribe('1', subscription)
  }
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  const { goals } = graph.score()
  await live.hears('an event', ({ type }) => type === 'next')
  assert.deepEqual(live.results('1'), [{ data: { plain: scorer(goals) } }])
  assert.deepEqual(refused.results('1'), [])
  await Promise.all([live.end(), refused.end()])
})
