// node dev/generate.ts [NAME …]  writes what is generated and never committed, of all subgraphs or those: the Prisma clients and
// each subgraph's resolver types
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { writeResolverTypes } from './codegen.ts'
import { root, subgraphs } from './subgraphs.ts'

const cli = fileURLToPath(new URL('build/index.js', import.meta.resolve('prisma/package.json')))

// `prisma generate` is pure wasm, yet the CLI first downloads the native schema engine; an existing file in its
// place skips that, so this works offline.
const offline = {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
}

function generateClient(name: string): void {
  const config = `${root}/prisma/${name}/prisma.config.ts`
  const run = spawnSync(process.execPath, [cli, 'generate', '--config', config], {
    env: { ...process.env, ...offline },
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(`prisma generate failed for ${name}: ${run.stderr || run.stdout}`)
}

const names = process.argv.slice(2)
for (const { name } of subgraphs().filter((one) => names.length === 0 || names.includes(one.name))) {
  generateClient(name)
  await writeResolverTypes(name)
}
