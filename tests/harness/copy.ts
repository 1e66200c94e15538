import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../../dev/subgraphs.ts'

/**
 * A copy of the project to change at will, in a folder such as people have: its files, what was generated, and links to
 * what is installed.
 */
export function copyOfProject(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bản sao của Puchi '))
  for (const file of [...listed('--exclude-standard'), ...generated()]) {
    if (!existsSync(join(root, file))) continue
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file), { verbatimSymlinks: true })
  }
  execFileSync('git', ['init', '--quiet'], { cwd: folder }) // Biome reads .gitignore where Git is
  for (const place of ['.', 'router', 'dev', 'platform']) linkPackages(place, folder)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const listed = (...which: string[]): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', ...which], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')

const generated = (): string[] =>
  globSync(['prisma/*/client/**/*.ts', 'subgraphs/*/generated/**/*.ts'], { cwd: root })

/** Our own packages are links to folders of the project, and stay that; all others lead to the installed ones. */
function linkPackages(place: string, folder: string): void {
  const from = join(root, place, 'node_modules')
  if (!existsSync(from)) return
  const to = join(folder, place, 'node_modules')
  mkdirSync(join(to, '@puchi'), { recursive: true })
  for (const name of readdirSync(from).filter((one) => one !== '@puchi'))
    symlinkSync(join(from, name), join(to, name))
  if (!existsSync(join(from, '@puchi'))) return
  for (const name of readdirSync(join(from, '@puchi')))
    symlinkSync(readlinkSync(join(from, '@puchi', name)), join(to, '@puchi', name))
}
