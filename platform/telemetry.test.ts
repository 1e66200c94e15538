import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundedLabel } from './telemetry.ts'

test('P21 ten thousand made-up names leave a label with few values', () => {
  const label = boundedLabel(['Viewer'], 20)
  const seen = new Set(Array.from({ length: 10_000 }, (_, index) => label(`Made${index}`)))
  assert(seen.size <= 22)
  assert.equal(label('Viewer'), 'Viewer')
  assert.equal(label('Made9999'), 'other')
  assert.equal(label(undefined), 'anonymous')
})
