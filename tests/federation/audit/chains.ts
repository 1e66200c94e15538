import type { Case } from './audit.ts'

type Item = { __typename: 'Book' | 'Film'; id: string; title: string; peer: string | null; near: string[] }

const items: Item[] = [
  { __typename: 'Book', id: 'i1', title: 'Kieu', peer: 'i2', near: ['i2', 'i3'] },
  { __typename: 'Film', id: 'i2', title: 'Mui du du xanh', peer: 'i3', near: ['i1'] },
  { __typename: 'Book', id: 'i3', title: 'So do', peer: 'i1', near: ['i3', 'i2'] },
]
const itemOf = (id: string | null) => items.find((one) => one.id === id)

const queryOf = ([step, ...rest]: string[], leaf: string): string =>
  step === undefined ? leaf : `${leaf} ${step} { ${queryOf(rest, leaf)} }`

function answerOf([step, ...rest]: string[], id: string): unknown {
  const item = itemOf(id)
  if (!item) return null
  const own =
    item.__typename === 'Book' ? { title: item.title, pages: item.title.length } : { title: item.title }
  if (step === 'peer') return { ...own, peer: item.peer && answerOf(rest, item.peer) }
  if (step === 'near') return { ...own, near: item.near.map((one) => answerOf(rest, one)) }
  return own
}

const ask = (steps: string[]): Case['asks'][number] => [
  `{ item { ${queryOf(steps, 'title ... on Book { pages }')} } }`,
  { item: answerOf(steps, 'i1') },
]
const times = (count: number, ...steps: string[]) => Array.from({ length: count }, () => steps).flat()

/** Long ways through interface objects, at each step of which there are several ways to go on. */
export const chains: Case[] = [
  {
    name: 'long-chains-of-interface-objects',
    parts: {
      a: {
        sdl: `type Query { item: Item }
          interface Item @key(fields: "id") { id: ID! title: String }
          type Book implements Item @key(fields: "id") { id: ID! title: String pages: Int }
          type Film implements Item @key(fields: "id") { id: ID! title: String }`,
        data: {
          Query: { item: { __typename: 'Book', id: 'i1', title: 'Kieu', pages: 4 } },
          Item: items.map(({ peer: _, near: __, ...one }) => ({ ...one, pages: one.title.length })),
        },
      },
      b: {
        sdl: 'type Item @key(fields: "id") @interfaceObject { id: ID! peer: Item }',
        data: { Item: items.map(({ id, peer }) => ({ id, peer: peer && { id: peer } })) },
        compute: { 'Item.peer': ({ id }: Item) => ({ id: itemOf(id)?.peer }) },
      },
      c: {
        sdl: 'type Item @key(fields: "id") @interfaceObject { id: ID! near: [Item!]! }',
        data: { Item: items.map(({ id, near }) => ({ id, near: near.map((one) => ({ id: one })) })) },
        compute: { 'Item.near': ({ id }: Item) => itemOf(id)?.near.map((one) => ({ id: one })) },
      },
    },
    asks: [
      ask(times(3, 'peer')),
      ask(times(8, 'peer')),
      ask(times(4, 'near', 'peer')),
      ask(times(4, 'peer', 'near')),
      ask(times(12, 'peer')),
    ],
  },
]
