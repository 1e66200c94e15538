// npm run mutants                                        the rules of every subgraph, one changed place at a time
// npm run mutants -- subgraphs/user/domain/streak.ts …   those of some files
import { spawnSync } from 'node:child_process'
import { subgraphs } from '../dev/subgraphs.ts'
import { copyOfProject } from './harness/copy.ts'

const stryker = '@stryker-mutator/core@10.1.1'

/** The files to change of each subgraph that has any. */
function chosen(named: readonly string[]): [subgraph: string, files: string[]][] {
  const all = subgraphs().map(({ name }): [string, string[]] => {
    const folder = `subgraphs/${name}/domain/`
    const files = named.filter((file) => file.startsWith(folder))
    return [name, named.length > 0 ? files : [`${folder}*.ts`, `!${folder}*.test.ts`]]
  })
  const found = all.filter(([, files]) => files.length > 0)
  if (found.flatMap(([, files]) => files).length < named.length)
    throw new Error('Use: npm run mutants -- subgraphs/NAME/domain/FILE.ts …')
  return found
}

/** Changes the files of one subgraph in a copy of the project; whether its tests see enough of it. */
function holds(folder: string, subgraph: string, files: readonly string[]): boolean {
  const args = ['--yes', '--package', stryker, 'stryker', 'run', '--mutate', files.join(',')]
  const env = { ...process.env, SUBGRAPH: subgraph }
  return spawnSync('npx', args, { cwd: folder, env, stdio: 'inherit' }).status === 0
}

function main(named: readonly string[]): boolean {
  const work = chosen(named)
  const { folder, remove } = copyOfProject()
  try {
    return work.map(([subgraph, files]) => holds(folder, subgraph, files)).every(Boolean)
  } finally {
    remove()
  }
}

// Ctrl-C ends the child; the copy is removed after it.
process.on('SIGINT', () => {})
try {
  process.exitCode = main(process.argv.slice(2)) ? 0 : 1
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
