import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { root } from './subgraphs.ts'

type Advice = Record<string, { severity: string }[]>

/** What is said, and how it ends, where the registry gives such advice; undefined: it takes no such question. */
async function advised(advice: Advice | undefined) {
  const registry = createServer((request, response) => {
    const isAsked = request.method === 'POST' && /advisories\/bulk$/.test(request.url ?? '')
    response.writeHead(isAsked && advice ? 200 : 405, { 'content-type': 'application/json' })
    response.end(isAsked && advice ? JSON.stringify(advice) : '{}')
  })
  await once(registry.listen(0, '127.0.0.1'), 'listening')
  const { port } = registry.address() as AddressInfo
  const cache = mkdtempSync(join(tmpdir(), 'puchi-npm-')) // npm remembers advice by its id
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: cache }
  const child = spawn(process.execPath, [`${root}/dev/advisories.ts`], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  registry.close()
  rmSync(cache, { recursive: true })
  return { out, error, code }
}

// Of a package that no other package depends on: npm would ask the registry about those.
const advice = (severity: string) => ({
  cockatiel: [
    { id: 1, url: 'https://a.example/1', title: 'Much too clever', severity, vulnerable_versions: '*' },
  ],
})

test('a high advisory of what runs in production fails, and is named', async () => {
  const { error, code } = await advised(advice('high'))
  assert.match(error, /^cockatiel .*high: .*Much too clever \(https:\/\/a\.example\/1\)/m)
  assert.equal(code, 1)
})

test('a lower advisory is counted and lets pass; none is none', async () => {
  const low = await advised(advice('moderate'))
  assert.match(low.out, /^0 high advisories and [1-9]\d* lower ones/)
  assert.equal(low.code, 0)
  const none = await advised({})
  assert.match(none.out, /^0 high advisories and 0 lower ones/)
  assert.equal(none.code, 0)
})

test('where the registry tells no advisories it is said that nothing was checked, and it is no success', async () => {
  const { out, code } = await advised(undefined)
  assert.match(out, /^Not checked, the registry tells no advisories: .*405/)
  assert.equal(code, 77)
})
