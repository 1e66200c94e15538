import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arena, compare, isValid } from './differential.ts'
import { accountsWorld } from './worlds/accounts.ts'
import { context } from './worlds/context.ts'
import { crossing } from './worlds/crossing.ts'
import { mediaWorld } from './worlds/media.ts'
import { shop } from './worlds/shop.ts'

// Queries that were answered wrongly once, by Apollo's planner or by us, in their shortest form.
const known = new Map([
  [
    shop,
    [
      '{ products { usd eur usdTax avgUsd avgEur plain } }',
      '{ products { price(currency: "JPY") usd sum } }',
      '{ products { upc: name weight: category { averagePrice(currency: "EUR") } price: name usd eur } }',
      '{ products { __typename: name usd } }',
      '{ products { comments(limit: 4) { author } first second } }',
      '{ orders { costUsd costEur costMix } }',
      '{ items { labelUsd labelEur __typename } }',
      '{ items { upc ... on Book { labelUsd upc } ... on Product { sum } } }',
      '{ items { upc ... on Book { labelSure upc } ... on Product { price(currency: "JPY") sum } } }',
      '{ items { ... on Book { labelSure } ... on Product { labelUsd } } }',
      '{ items { labelEur ... on Book { label(c: "x") } ... on Product { label(c: "y") first avgEur } } }',
      'query($t: Boolean!) { products { avgUsd usdTax @include(if: $t) } orders @skip(if: $t) { id @include(if: $t) } }',
    ],
  ],
  [
    mediaWorld,
    [
      '{ liked { id } top { cover(size: L) } }',
      '{ all { related { author { name } ... on Talk { banner } } } }',
      '{ people { favourite { thumb poster banner } } }',
      '{ liked { badge { on { id ... on Song { poster } } } } }',
    ],
  ],
  [
    accountsWorld,
    [
      '{ audited { greeting balance } }',
      '{ debtors { greeting city email: balance } }',
      '{ me { id: email org { dues fee(currency: "EUR") } } }',
    ],
  ],
  [
    context,
    [
      '{ teams { hall { guests { greeting friend { greeting(loud: true) } } } } }',
      '{ sides { ... on Club { players { g: greeting } } } }',
    ],
  ],
  [crossing, ['{ all { ... on Post { user { name } } ... on Box { user { name } } } }']],
])

for (const [world, queries] of known)
  test(`${world.name}: what was answered wrongly once is answered rightly`, async () => {
    const ground = arena(world)
    for (const query of queries)
      for (const t of query.includes('$t') ? [true, false] : [undefined]) {
        const asked = { query, variables: t === undefined ? {} : { t } }
        assert(isValid(ground, asked), query)
        assert.deepEqual(await compare(ground, asked), { kind: 'right' }, query)
      }
  })
