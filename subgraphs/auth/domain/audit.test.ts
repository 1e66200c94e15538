import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Anchor, type AuditRow, type Break, chainCheck, hashOfRow } from './audit.ts'

function chain(length: number): AuditRow[] {
  const rows: AuditRow[] = []
  for (let seq = 1; seq <= length; seq += 1) {
    const about = {
      actor: seq % 3 ? `user_${seq}` : null,
      action: 'auth.login',
      resource: 'session',
      resourceId: `sess_${seq}`,
    }
    const row = { seq, at: new Date(seq * 1_000), ...about, ip: null, userAgent: 'agent', metadata: '{}' }
    rows.push({ ...row, hash: hashOfRow(row, rows.at(-1)?.hash ?? '') })
  }
  return rows
}

function check(rows: readonly AuditRow[], anchors: Anchor[] = [], known?: Anchor): Break | null {
  const { next, end } = chainCheck(anchors, known)
  for (const row of rows) {
    const found = next(row)
    if (found) return found
  }
  return end()
}

const rows = chain(40)
const head = rows.at(-1)
const anchors = head ? [{ seq: head.seq, hash: head.hash }] : []

test('a chain that nobody touched holds', () => {
  assert.equal(check(rows, anchors), null)
  assert.equal(check([]), null)
})

const changes: ((row: AuditRow) => AuditRow)[] = [
  (row) => ({ ...row, actor: 'user_other' }),
  (row) => ({ ...row, actor: row.actor === null ? '' : null }),
  (row) => ({ ...row, at: new Date(row.at.getTime() + 1) }),
  (row) => ({ ...row, action: 'role.grant' }),
  (row) => ({ ...row, resource: `${row.resource}s`, resourceId: row.resourceId.slice(1) }),
  (row) => ({ ...row, ip: '::1' }),
  (row) => ({ ...row, userAgent: null }),
  (row) => ({ ...row, metadata: '{"a":1}' }),
  (row) => ({ ...row, hash: `0${row.hash.slice(1)}x` }),
]

test('U2 the exact row is named, whatever is edited, removed, swapped or cut off', () => {
  const place = fc.integer({ min: 0, max: rows.length - 1 })
  const kind = fc.constantFrom('edit', 'remove', 'swap', 'cut' as const)
  fc.assert(
    fc.property(place, kind, fc.nat(changes.length - 1), (index, how, change) => {
      const broken = tampered(index, how, change)
      assert.equal(check(broken, anchors)?.seq, index + 1, how)
    }),
    { numRuns: 500 },
  )
})

test('what broke a chain is told: a row that is missing, changed, or cut off', () => {
  assert.deepEqual(check(tampered(9, 'remove', 0), anchors), { seq: 10, why: 'missing' })
  assert.deepEqual(check(tampered(9, 'edit', 0), anchors), { seq: 10, why: 'changed' })
  assert.deepEqual(check(tampered(9, 'cut', 0), anchors), { seq: 10, why: 'cut off' })
})

test('a chain that is cut off and never was anchored holds, and tells its head', () => {
  const { next, end, head } = chainCheck()
  for (const row of rows.slice(0, 9)) next(row)
  assert.equal(end(), null)
  const anchorAt = (seq: number) => ({ seq, hash: rows[seq - 1]?.hash })
  assert.deepEqual(head(), { ...anchorAt(9), before: anchorAt(8) })
})

test('a check that goes on where another ended sees what is new, and whether the last row is still there', () => {
  const { next, head } = chainCheck()
  for (const row of rows.slice(0, 9)) next(row)
  const known = head()
  const goOn = (chain: readonly AuditRow[]) => check(chain.slice(8), [known], known.before)
  assert.equal(goOn(rows), null)
  assert.equal(goOn(rows.slice(0, 9)), null)
  for (const how of ['edit', 'cut', 'swap'] as const)
    for (const index of [8, 9, 30]) {
      const broken = goOn(tampered(index, how, 0))
      if (how === 'cut' && index > 8) assert.equal(broken, null, 'nobody knew of those rows')
      else assert.equal(broken?.seq, index + 1, how)
    }
  assert.equal(goOn(tampered(3, 'edit', 0)), null, 'what was checked before is not read again')
})

function tampered(index: number, how: string, change: number): AuditRow[] {
  const copy = [...rows]
  const row = copy[index]
  assert(row)
  if (how === 'edit') copy[index] = changes[change]?.(row) ?? row
  if (how === 'remove') copy.splice(index, 1)
  if (how === 'cut') copy.splice(index)
  if (how === 'swap')
    copy.splice(
      index,
      2,
      ...(copy[index + 1]
        ? [
            { ...(copy[index + 1] ?? row), seq: row.seq },
            { ...row, seq: row.seq + 1 },
          ]
        : []),
    )
  return copy
}

test('a chain that was written anew from some row on is not the one that was anchored', () => {
  const forged = [...rows]
  for (let index = 20; index < rows.length; index += 1) {
    const row = { ...(forged[index] as AuditRow), actor: 'user_forged' }
    forged[index] = { ...row, hash: hashOfRow(row, forged[index - 1]?.hash ?? '') }
  }
  assert.equal(check(forged), null)
  assert.deepEqual(check(forged, anchors), { seq: 40, why: 'not as anchored' })
})
