import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aliasesOf } from './aliases.ts'
import { type Arena, arena, compare, isValid } from './differential.ts'
import { makeQuery, type Operation } from './query.ts'
import { worlds } from './worlds.ts'

const total = Number(process.env['FUZZ'] ?? 1_500)
const seed = Number(process.env['SEED'] ?? 20_261_125)

const rolls = fc.array(fc.nat(10_000), { maxLength: 250, size: 'max' })

type Tally = { asked: number; refused: Map<string, number> }

/** Asks a world's router and its oracle the same generated query; throws where they differ. */
async function ask(arena: Arena, asked: Operation, tally: Tally): Promise<void> {
  const outcome = await compare(arena, asked)
  tally.asked += 1
  if (outcome.kind === 'refused')
    tally.refused.set(outcome.message, (tally.refused.get(outcome.message) ?? 0) + 1)
  if (outcome.kind !== 'wrong') return
  const { want, got } = outcome
  assert.fail(
    `${asked.query} ${JSON.stringify(asked.variables)}\nwant ${JSON.stringify(want)}\ngot  ${JSON.stringify(got)}`,
  )
}

const tallies = new Map<string, Tally>()

for (const world of worlds)
  test(`${world.name}: every generated query is answered as one schema over the same data answers it`, async (t) => {
    const ground = arena(world)
    const aliases = aliasesOf(ground.oracle)
    const tally: Tally = { asked: 0, refused: new Map() }
    tallies.set(world.name, tally)
    const property = fc.asyncProperty(rolls, async (numbers) => {
      const asked = makeQuery(ground.oracle, numbers, aliases)
      fc.pre(isValid(ground, asked))
      await ask(ground, asked, tally)
    })
    const numRuns = Math.ceil(total / worlds.length)
    await fc.assert(property, { seed, numRuns, maxSkipsPerRun: 1_000, endOnFailure: !process.env['SHRINK'] })
    for (const [message, times] of tally.refused)
      t.diagnostic(`refused ${times} of ${tally.asked}: ${message}`)
  })

test('refusals are rare, and none meets an ordinary supergraph', () => {
  const refused = ({ refused: kinds }: Tally): number =>
    [...kinds.values()].reduce((sum, times) => sum + times, 0)
  const all = [...tallies.values()]
  const share = all.reduce((sum, one) => sum + refused(one), 0) / all.reduce((sum, one) => sum + one.asked, 0)
  assert(share <= 0.005, `${share * 100} % of the queries were refused`)
  const withInterfaceObjects = ['media', 'shop']
  for (const [name, tally] of tallies)
    if (!withInterfaceObjects.includes(name)) assert.equal(refused(tally), 0, name)
})
