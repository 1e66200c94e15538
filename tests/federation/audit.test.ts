// Cases in the manner of The Guild's graphql-federation-gateway-audit, by its names: what any gateway must answer over
// any team's subgraphs. What is expected is what the specification says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { abstract } from './audit/abstract.ts'
import { type Case, open } from './audit/audit.ts'
import { chains } from './audit/chains.ts'
import { entities } from './audit/entities.ts'
import { interfaceObjects } from './audit/interface-objects.ts'
import { needs } from './audit/needs.ts'
import { others } from './audit/others.ts'
import { owners } from './audit/owners.ts'
import { partial } from './audit/partial.ts'
import { provides } from './audit/provides.ts'
import { requires } from './audit/requires.ts'
import { stages } from './audit/stages.ts'

async function hold({ asks, parts }: Case): Promise<void> {
  const { ask, close } = await open({ parts })
  try {
    for (const [query, data, { variables = {}, errors = false, told = false } = {}] of asks) {
      const { body } = await ask(query, { variables })
      const said = `${query}\n${JSON.stringify(body)}`
      assert.deepEqual(body.data, data, said)
      assert.equal(body.errors !== undefined, errors, said)
      assert.equal(JSON.stringify(body).includes('"valueCompletion"'), told, said)
    }
  } finally {
    await close()
  }
}

const all = [
  ...entities,
  ...requires,
  ...provides,
  ...owners,
  ...abstract,
  ...interfaceObjects,
  ...others,
  ...partial,
  ...needs,
  ...stages,
  ...chains,
]

for (const one of all) test(one.name, () => hold(one))

for (const { name, parts, limits = [] } of all)
  for (const { query, expected, why } of limits) {
    test(`${name}: ${query}`, { skip: why }, () => hold({ name, parts, asks: [[query, expected]] }))
    test(`${name}: ${query} is refused, and no subgraph is asked`, async () => {
      const { ask, calls, close } = await open({ parts })
      try {
        const { body } = await ask(query)
        assert.deepEqual([body.data, body.errors?.[0]?.extensions['code']], [undefined, 'UNRESOLVABLE_FIELD'])
        assert.equal(calls(), 0)
      } finally {
        await close()
      }
    })
  }
