import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ZodObject } from 'zod'
import { root, subgraphs } from '../dev/subgraphs.ts'

const lines = readFileSync(`${root}/.env.example`, 'utf8').split('\n')
const named = lines.flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? [])

const settingsOf = async (file: string): Promise<string[]> => {
  const { settings }: { settings: ZodObject } = await import(`${root}/${file}`)
  return Object.keys(settings.shape)
}
const files = [...subgraphs().map(({ name }) => `subgraphs/${name}/settings.ts`), 'router/settings.ts']

for (const file of files)
  test(`every variable that ${file} asks for stands in .env.example`, async () => {
    for (const name of await settingsOf(file)) assert(named.includes(name), `${name} is missing there`)
  })

test('no variable stands in .env.example twice', () => {
  assert.deepEqual(named, [...new Set(named)])
})
