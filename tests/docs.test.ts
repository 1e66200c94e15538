import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { anchorOf } from '../dev/learner/reference.ts'
import { root, subgraphs } from '../dev/subgraphs.ts'

const found = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules/**', '**/.data/**'] })
const pages = new Map(found.map((page) => [page, readFileSync(join(root, page), 'utf8')]))

const anchorsOf = (page: string): string[] =>
  [...(pages.get(page) ?? '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const there = path === '' ? page : normalize(join(dirname(page), path))
  if (!existsSync(join(root, there))) return false
  return anchor === undefined || !pages.has(there) || anchorsOf(there).includes(anchor)
}

test('every link of the docs to a file or a heading leads there', () => {
  assert(pages.size > 10)
  const dead = [...pages].flatMap(([page, text]) =>
    [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !leadsSomewhere(page, target))
      .map((target) => `${page}: ${target}`),
  )
  assert.deepEqual(dead, [])
})

test('every command of package.json is told of in the docs', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const told = [...pages.values()].join('\n')
  const services = subgraphs().map(({ name }) => name) // told of together
  const untold = Object.keys(scripts)
    .filter((name) => !['postinstall', ...services].includes(name))
    .filter((name) => !new RegExp(`npm (run )?(--silent )?${name}(?![\\w:])`).test(told))
  assert.deepEqual(untold, [])
})
