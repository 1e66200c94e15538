import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../../../tests/harness/question.ts'
import { openSmallGraph } from '../../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'

const { graph, router } = await anonymousOver(openSmallGraph)

test('large numbers for Int and numbers for ID stay as they are, as in Apollo’s gateway, beside an error too', async () => {
  for (const errors of ['', ',"errors":[{"message":"not now"}]']) {
    const answer = async (data: string, query: string) => {
      graph.reviews.behave = (response) => response.end(`{"data":${data}${errors}}`)
      const { data: found, codes } = await ask(router.url, query)
      assert.equal(codes.length, errors ? 1 : 0)
      return found
    }
    assert.deepEqual(await answer('{"newest":[{"id":7}]}', '{ newest { id } }'), { newest: [{ id: 7 }] })
    const large = '{"_entities":[{"karma":4294967296}]}'
    assert.deepEqual(await answer(large, '{ me { karma } }'), { me: { karma: 4_294_967_296 } })
  }
})
