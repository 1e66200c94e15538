import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { keyIn } from './identity/key.ts'
import { sessionsIn } from './identity/sessions.ts'
import { keepFile, keptIn } from './kept-file.ts'
import { readSecrets, secretsIn } from './secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'puchi-kept-'))
after(() => rmSync(folder, { recursive: true }))

test('a kept file is there whole, for its owner alone, and nothing beside it', () => {
  const file = join(folder, 'new', 'file')
  assert.equal(keptIn(file, String), null)
  for (const content of ['one', 'two']) {
    keepFile(file, content)
    assert.equal(keptIn(file, String), content)
  }
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(join(folder, 'new')), ['file'])
})

const full = '/dev/full'
test('a disk without room leaves the file as it was', {
  skip: !existsSync(full) && 'there is no /dev/full',
}, () => {
  const file = join(folder, 'full')
  keepFile(file, 'before')
  symlinkSync(full, `${file}.draft`)
  assert.throws(() => keepFile(file, 'after'), { code: 'ENOSPC' })
  assert.equal(readFileSync(file, 'utf8'), 'before')
})

test('a file that breaks off is named, with what to do', async () => {
  const told = (name: string) => ({
    message: `${join(folder, name)} cannot be read: remove it, and the next start makes another.`,
  })
  await keyIn(folder)
  sessionsIn(folder).open('user_lan')
  secretsIn(folder)
  for (const name of ['key.pem', 'sessions.json', 'secrets.json']) {
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(folder, name), text.slice(0, text.length / 2))
  }
  await assert.rejects(keyIn(folder), told('key.pem'))
  assert.throws(() => sessionsIn(folder), told('sessions.json'))
  assert.throws(() => readSecrets(folder), told('secrets.json'))
})
