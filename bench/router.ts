// npm run bench [-- --json] [--quick] [--rounds N] [--ms N] [--only ours,stock]   our router beside its peers on the same work
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compose } from '../dev/compose.ts'
import { compare } from './router/compare.ts'
import {
  folder,
  type Gateway,
  installPeers,
  names,
  type Part,
  startGateway,
  timeStarts,
} from './router/gateways.ts'
import { openMint } from './router/mint.ts'
import { queries } from './router/queries.ts'
import { reportOf, writeReport } from './router/report.ts'
import { compareStacks } from './router/stack.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    ms: { type: 'string' },
    only: { type: 'string' },
  },
})
const ran = {
  rounds: Number(values.rounds ?? (values.quick ? 2 : 15)),
  ms: Number(values.ms ?? (values.quick ? 300 : 400)),
  warmUp: values.quick ? 2_000 : 12_000,
}
const chosen = values.only?.split(',') ?? names
const asked = values.json ? { me: queries.me, board: queries.board } : queries

setTimeout(() => {
  console.error('The bench takes longer than a quarter of an hour: given up.')
  process.exit(1)
}, 15 * 60_000).unref()

installPeers()
const scratch = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
const subgraphs = fork(join(folder, 'subgraphs.mjs'), { cwd: folder, execArgv: [] })
const [parts] = (await once(subgraphs, 'message')) as [Part[]]
const supergraph = join(scratch, 'supergraph.graphql')
writeFileSync(supergraph, compose(parts))
const mint = await openMint(Array.from({ length: 200 }, (_, index) => `user_${index}`))

const given = { supergraph, parts, mint }
const gateways: Gateway[] = []
try {
  for (const name of chosen)
    await startGateway(name, given).then(
      (gateway) => gateways.push(gateway),
      (error: Error) => console.error(`${name} is left out: ${error.message}`),
    )
  const figures = await compare(await timeStarts(gateways, given), asked, ran)
  if (values.json) console.log(JSON.stringify(figures))
  else if (values.only) console.log(reportOf({ figures, ran }))
  else {
    await closeAll()
    const stacks = await compareStacks(scratch, ran)
    const report = values.quick ? reportOf : writeReport
    console.log(report({ figures, stacks, ran }))
  }
} finally {
  await closeAll()
  mint.close()
  rmSync(scratch, { recursive: true })
}

async function closeAll(): Promise<void> {
  await Promise.all(gateways.splice(0).map((one) => one.close()))
  subgraphs.kill()
}
