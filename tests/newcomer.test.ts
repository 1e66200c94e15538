import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { type DevCopy, motto, startDevCopy } from './harness/dev-copy.ts'
import { need } from './harness/tools.ts'

const tool = need('chromium')
let copy: DevCopy
before(async () => {
  copy = await startDevCopy()
})
after(() => copy.close())

function check(): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dev/schema-check.ts'], {
    ...{ cwd: copy.folder, env: copy.env, encoding: 'utf8' },
  })
  return { status, said: stdout + stderr }
}

/** How many fields of a learner user serves, as the picture at / says it. */
async function fieldsOfUser(): Promise<number> {
  const page = await (await fetch(new URL('/', copy.url))).text()
  return Number(/>user · (\d+) fields</.exec(page)?.[1])
}

test("the learner's page is bundled wherever the project lies", async () => {
  const { status } = await fetch(`http://localhost:${copy.env['LEARNER_PORT']}/page.js`)
  assert.equal(status, 200)
})

test('a newcomer adds a field: the check refuses what breaks a client and accepts the rest, GraphiQL answers it', {
  skip: tool.skip,
}, async () => {
  const fields = await fieldsOfUser()
  copy.edit(motto.schema, (text) => text.replace(/^ {2}rank: Int!$/m, '  rank: Int'))
  const refused = check()
  assert.equal(refused.status, 1, refused.said)
  assert.match(refused.said, /breaking: Field 'LeaderboardEntry\.rank'/)

  copy.edit(motto.schema, (text) => motto.inSchema(text.replace(/^ {2}rank: Int$/m, '  rank: Int!')))
  const accepted = check()
  assert.equal(accepted.status, 0, accepted.said)
  assert.match(accepted.said, /safe: Field 'motto' was added/)

  copy.edit(motto.resolvers, motto.inResolvers)
  await copy.heard(/^user: taken up in/m)
  const browser = await chromium.launch({
    ...{ executablePath: tool.path, args: ['--no-sandbox', '--disable-gpu'] },
  })
  try {
    const page = await browser.newPage()
    await page.goto(new URL('/graphiql?query={me{motto}}', copy.url).href)
    await page
      .getByRole('button', { name: /execute|run/i })
      .first()
      .click({ timeout: 60_000 })
    await page.getByText('"Học nữa"').first().waitFor({ timeout: 20_000 })
    await page.goto(new URL('/', copy.url).href)
    await page.getByText(`user · ${fields + 1} fields`).waitFor()
  } finally {
    await browser.close()
  }
})
