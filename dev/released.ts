import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { root } from './subgraphs.ts'

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** A file of schema/released/ as the merge base with origin/main has it; where git knows none, as it lies here. */
export function released(name: string): { text: string; where: string } {
  const file = `schema/released/${name}`
  try {
    const base = git('merge-base', 'HEAD', 'origin/main').trim()
    return { text: git('show', `${base}:${file}`), where: `${base.slice(0, 9)}:${file}` }
  } catch {
    return { text: readFileSync(`${root}/${file}`, 'utf8'), where: file }
  }
}

/** From now on this is what changes are compared with. */
export function release(name: string, text: string): void {
  mkdirSync(`${root}/schema/released`, { recursive: true })
  writeFileSync(`${root}/schema/released/${name}`, text)
  console.log(`Wrote schema/released/${name}.`)
}
