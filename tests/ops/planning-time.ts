// What planning costs the event loop, in CPU time: node tests/ops/planning-time.ts [operations of each world] [seed]
import { performance } from 'node:perf_hooks'
import fc from 'fast-check'
import { getOperationAST, parse } from 'graphql'
import { percentile } from '../../bench/percentile.ts'
import { aliasesOf } from '../federation/aliases.ts'
import { type Arena, arena, isValid } from '../federation/differential.ts'
import { makeQuery, type Operation } from '../federation/query.ts'
import { worlds } from '../federation/worlds.ts'

const count = Number(process.argv[2] ?? 1_000)
const seed = Number(process.argv[3] ?? 20_261_125)
const rolls = fc.array(fc.nat(10_000), { minLength: 100, maxLength: 250, size: 'max' })

function cpu(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** Plans one operation; those that have no plan are what the planner tries hardest. */
function plan({ planning }: Arena, { query, variables }: Operation): { ms: number; failed: boolean } {
  const document = parse(query)
  const operation = getOperationAST(document)
  if (!operation) throw new Error(`no operation in ${query}`)
  const before = cpu()
  try {
    planning.plan(document, operation, variables)
    return { ms: cpu() - before, failed: false }
  } catch {
    return { ms: cpu() - before, failed: true }
  }
}

const start = performance.now()
for (const world of worlds) {
  const ground = arena(world)
  const aliases = aliasesOf(ground.oracle)
  const asked = fc
    .sample(rolls, { numRuns: count, seed })
    .map((numbers) => makeQuery(ground.oracle, numbers, aliases))
    .filter((one) => isValid(ground, one))
  const plans = asked.map((one) => plan(ground, one))
  const times = plans.map(({ ms }) => ms)
  const [median, p99, most] = [0.5, 0.99, 1].map((part) => percentile(times, part).toFixed(1))
  const failed = plans.filter(({ failed }) => failed).length
  console.log(
    `${world.name}: ${times.length} operations, ${failed} without a plan; median ${median} ms, p99 ${p99}, most ${most}`,
  )
}
console.log(`${((performance.now() - start) / 1_000).toFixed(0)} s`)
