import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { copyOfProject } from './harness/copy.ts'

const { folder, remove } = copyOfProject()
after(remove)

/** Runs a tool of the copy; answers what it said, throws where it ends with anything but `expected`. */
function run(args: string[], expected = 0): string {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // a test run within this one tells itself
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  assert.equal(status, expected, `${args.join(' ')}\n${stdout}${stderr}`)
  return stdout + stderr
}

// What it wrote, and with that whatever this stands on; the rest is as it was.
const newCode = JSON.stringify({
  extends: './tsconfig.json',
  include: ['subgraphs/study-plan', 'prisma/study-plan', 'deploy', 'schema'],
})

const throughTheRouter = `
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { namedOperation } from './harness/operations.ts'
import { startStack } from './harness/stack.ts'
const stack = await startStack()
after(() => stack.close())
test('asked through the router', async () => {
  const token = await stack.token('anpham')
  const { body } = await stack.ask(namedOperation('StudyPlan'), { token })
  assert.deepEqual(body, { data: { me: { id: 'user_anpham', username: 'anpham', studyPlan: { title: 'Of anpham' } } } })
})
`

// The run's server has no template of services that only the copy knows.
const shared = process.env['TEST_POSTGRES_URL']
const template = `
import { makeTemplate } from './harness/database.ts'
for (const name of ['study-plan', 'class']) await makeTemplate('${shared}', name)
`

test('a new subgraph is one command, a second one another, and everything holds at once', () => {
  run(['dev/new.ts', 'study-plan', '8003'])
  run(['dev/new.ts', 'class', '8004'])
  run(['dev/schema-check.ts'])
  run(['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'])
  run(['node_modules/knip/bin/knip.js', '--no-progress'])
  run(['node_modules/jscpd/run-jscpd.js', '--fail-on-empty'])
  writeFileSync(join(folder, 'tsconfig.new.json'), newCode)
  run(['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.new.json'])
  if (shared) {
    writeFileSync(join(folder, 'tests/template.ts'), template)
    run(['tests/template.ts'])
  }
  writeFileSync(join(folder, 'tests/through-the-router.test.ts'), throughTheRouter)
  const own = [
    'subgraphs/study-plan/study-plan',
    'subgraphs/study-plan/store/study-plan',
    'tests/through-the-router',
  ]
  const everywhere = [
    'house',
    'docs',
    'packages',
    'rabbit-definitions',
    'env-example',
    'reference',
    'deploy/services',
    'deploy/compose',
    'deploy/kubernetes',
    'deploy/apisix',
  ]
  const files = [...everywhere.map((file) => `tests/${file}`), 'dev/schema-check', ...own].map(
    (file) => `${file}.test.ts`,
  )
  run(['--test', '--test-isolation=none', ...files.slice(0, -1)])
  run(files.slice(-1))
})

test('a name or a port that is taken, or is none, is refused before anything is written', () => {
  const before = state()
  for (const [name, port, why] of [
    ['user', '8009', /^There is user at/],
    ['Other', '8009', /^Use: npm run new/],
    ['other', '65500', /^Use: npm run new/],
    ['other', '8001', /^8001 is auth's port already/],
    ['other', '8101', /^8101 is auth's port already/],
    ['other', '7902', /^8002 is user's port already/],
    ['other', '4000', /^4000 is router's port already/],
    ['events', '8009', /^events means something else already/],
    ['supergraph', '8009', /^There is schema\/supergraph\.graphql already/],
    ['lesson', '8009', /^The subgraphs do not compose:[\s\S]*Lesson/],
  ] as const)
    assert.match(run(['dev/new.ts', name, port], 1), why)
  assert.equal(state(), before)
})

const state = (): string => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' })
  git('add', '--all')
  return git('write-tree')
}
