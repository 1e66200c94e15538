import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
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
  include: ['subgraphs/course', 'prisma/course', 'deploy', 'schema'],
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
  const { body } = await stack.ask(namedOperation('Course'), { token })
  assert.deepEqual(body, { data: { me: { id: 'user_anpham', username: 'anpham', course: { title: 'Of anpham' } } } })
})
`

// The run's server has no template of a service that only the copy knows.
const shared = process.env['TEST_POSTGRES_URL']
const template = `
import { makeTemplate } from './harness/database.ts'
await makeTemplate('${shared}', 'course')
`

test('a new subgraph is one command, and everything holds at once', () => {
  run(['dev/new.ts', 'course', '8003'])
  run(['dev/schema-check.ts'])
  writeFileSync(join(folder, 'tsconfig.new.json'), newCode)
  run(['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.new.json'])
  run(['node_modules/@biomejs/biome/bin/biome', 'check', 'subgraphs', 'prisma', 'deploy'])
  if (shared) {
    writeFileSync(join(folder, 'tests/template.ts'), template)
    run(['tests/template.ts'])
  }
  writeFileSync(join(folder, 'tests/through-the-router.test.ts'), throughTheRouter)
  const own = ['subgraphs/course/course', 'subgraphs/course/store/course', 'tests/through-the-router']
  const everywhere = [
    'house',
    'env-example',
    'reference',
    'deploy/services',
    'deploy/compose',
    'deploy/kubernetes',
    'deploy/apisix',
  ]
  const files = [...everywhere.map((file) => `tests/${file}`), ...own].map((file) => `${file}.test.ts`)
  run(['--test', '--test-isolation=none', ...files.slice(0, -1)])
  run(files.slice(-1))
})

test('a name or a port that is taken, or is none, is refused', () => {
  assert.match(run(['dev/new.ts', 'user', '8009'], 1), /There is user at/)
  assert.match(run(['dev/new.ts', 'other', '8001'], 1), /There is auth at/)
  assert.match(run(['dev/new.ts', 'Other', '8009'], 1), /Use: npm run new/)
})
