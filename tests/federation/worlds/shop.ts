import type { Thing, World } from '../world.ts'

// Prices: required with arguments, through interfaces, by an interface object, and in a chain of requirements.
type Item = { __typename: string; upc: string; name?: string; base: number | null; w: number; avg: number }
type Order = { id: string; item: string }

const products: Item[] = [
  { __typename: 'Product', upc: 'p1', name: 'one', base: 10, w: 1, avg: 5 },
  { __typename: 'Product', upc: 'p2', name: 'p1', base: 0, w: 2, avg: 0 },
  { __typename: 'Product', upc: 'p3', name: 'p2', base: null, w: 3, avg: 7 },
]
const books: Item[] = [
  { __typename: 'Book', upc: 'b1', base: 3, w: 0, avg: 0 },
  { __typename: 'Book', upc: 'b2', base: 0, w: 0, avg: 0 },
]
const orders: Order[] = [
  { id: 'o1', item: 'p1' },
  { id: 'o2', item: 'b1' },
  { id: 'o3', item: 'b2' },
  { id: 'o4', item: 'p2' },
]
const byUpc = (upc: unknown): Item | undefined => [...products, ...books].find((one) => one.upc === upc)

type PriceArgs = { currency: string; tax?: boolean }
const rates: Record<string, number> = { EUR: 2, USD: 1 }
const price = (item: Item, { currency, tax }: PriceArgs): number | null =>
  item.base === null ? null : item.base * (rates[currency] ?? 100) + (tax ? 1 : 0)
const weight = (item: Item, { unit }: { unit?: string }): number => item.w * (unit === 'G' ? 1000 : 1)
const comments = (item: { upc: string }, { limit }: { limit: number }): Thing[] =>
  Array.from({ length: limit }, (_, index) => ({
    __typename: 'Comment',
    id: `${item.upc}c${index}`,
    author: `${item.upc}a${index}`,
    body: `text${index}`,
  }))
const authors = (item: Item, limit: number): string =>
  comments(item, { limit })
    .map((one) => one['author'])
    .join()

const usd = (item: Item): number | null => (item.base === null ? null : item.base * item.w)
const eur = (item: Item): number | null => (item.base === null ? null : item.base * 2 * item.w * 1000)

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('required input missing')
  return value
}
type Priced = { price?: number | null; weight?: number }
const product = ({ price: at, weight: of }: Priced): number | null => {
  const one = need(at)
  return one === null ? null : one * need(of)
}
const label = {
  labelUsd: (item: Item) => `$${price(item, { currency: 'USD' })}`,
  labelSure: (item: Item) => `!${price(item, { currency: 'JPY' })}`,
  labelEur: (item: Item) => `E${price(item, { currency: 'EUR', tax: true })}`,
  label: (item: Item, { c }: { c: string }) => c + price(item, { currency: 'USD' }),
}

export const shop: World = {
  name: 'shop',
  find: (one) => {
    if (one['__typename'] === 'Order') return orders.find(({ id }) => id === one['id'])
    if (one['__typename'] !== 'Comment') return byUpc(one['upc'])
    const [upc = '', index = ''] = String(one['id']).split('c')
    return comments({ upc }, { limit: 9 })[Number(index)]
  },
  subgraphs: {
    catalogue: `type Query { products: [Product] items: [Item] orders: [Order] } enum Unit { G KG }
      interface Item @key(fields: "upc") { upc: ID! price(currency: String!, tax: Boolean = false): Int }
      type Product implements Item @key(fields: "upc") { upc: ID! name: String
        price(currency: String!, tax: Boolean = false): Int weight(unit: Unit = KG): Int category: Category }
      type Book implements Item @key(fields: "upc") { upc: ID! price(currency: String!, tax: Boolean = false): Int }
      type Category { averagePrice(currency: String!): Int } type Order @key(fields: "id") { id: ID! item: Item }`,
    shipping: `enum Unit { G KG } interface Item { price(currency: String!, tax: Boolean = false): Int }
      type Product implements Item @key(fields: "upc") { upc: ID!
        price(currency: String!, tax: Boolean = false): Int @external weight(unit: Unit = KG): Int @external
        category: Category @external usd: Int @requires(fields: "price(currency: \\"USD\\") weight")
        eur: Int @requires(fields: "price(currency: \\"EUR\\") weight(unit: G)")
        usdTax: Int @requires(fields: "price(currency: \\"USD\\", tax: true)")
        avgUsd: Int @requires(fields: "category { averagePrice(currency: \\"USD\\") }")
        avgEur: Int @requires(fields: "category { averagePrice(currency: \\"EUR\\") }")
        scaled(by: Int!): Scaled @requires(fields: "price(currency: \\"EUR\\")") plain: String }
      type Scaled { value: Int } type Category @external { averagePrice(currency: String!): Int }
      type Book implements Item @key(fields: "upc") { upc: ID! price(currency: String!, tax: Boolean = false): Int @external }
      type Order @key(fields: "id") { id: ID! item: Item @external
        costUsd: Int @requires(fields: "item { price(currency: \\"USD\\") }")
        costMix: Int @requires(fields: "item { ... on Product { price(currency: \\"EUR\\") } ... on Book { price(currency: \\"USD\\") } }")
        costEur: Int @requires(fields: "item { ... on Product { price(currency: \\"EUR\\") } ... on Book { price(currency: \\"EUR\\") } }") }`,
    chain: `type Product @key(fields: "upc") { upc: ID! usd: Int @external eur: Int @external
        sum: String @requires(fields: "usd eur") comments(limit: Int!): [Comment]
        first: String @requires(fields: "comments(limit: 3) { author }")
        second: String @requires(fields: "comments(limit: 2) { author }") }
      type Comment @key(fields: "id") { id: ID! author: String @external }`,
    labels: `type Item @key(fields: "upc") @interfaceObject { upc: ID!
        price(currency: String!, tax: Boolean = false): Int @external
        labelUsd: String @requires(fields: "price(currency: \\"USD\\")")
        labelEur: String @requires(fields: "price(currency: \\"EUR\\", tax: true)")
        labelSure: String! @requires(fields: "price(currency: \\"JPY\\")")
        label(c: String!): String @requires(fields: "price(currency: \\"USD\\")") }`,
    people: `type Comment @key(fields: "id") { id: ID! author: String body: String }`,
  },
  fields: {
    Query: { products: () => products, items: () => [...products, ...books], orders: () => orders },
    Product: {
      ...label,
      price,
      weight,
      category: (item: Item) => ({ avg: item.avg }),
      usd,
      eur,
      usdTax: (item: Item) => price(item, { currency: 'USD', tax: true }),
      avgUsd: (item: Item) => item.avg,
      avgEur: (item: Item) => item.avg * 2,
      scaled: (item: Item, { by }: { by: number }) => ({
        value: item.base === null ? null : item.base * 2 * by,
      }),
      plain: (item: Item) => `plain ${item.upc}`,
      sum: (item: Item) => `${usd(item)}+${eur(item)}`,
      comments,
      first: (item: Item) => authors(item, 3),
      second: (item: Item) => authors(item, 2),
    },
    Book: { ...label, price },
    Category: {
      averagePrice: ({ avg }: Item, { currency }: PriceArgs) => avg * (currency === 'EUR' ? 2 : 1),
    },
    Order: {
      item: (order: Order) => byUpc(order.item),
      costUsd: (order: Order) => price(byUpc(order.item) as Item, { currency: 'USD' }),
      costEur: (order: Order) => price(byUpc(order.item) as Item, { currency: 'EUR' }),
      costMix: (order: Order) =>
        price(byUpc(order.item) as Item, { currency: order.item.startsWith('p') ? 'EUR' : 'USD' }),
    },
  },
  required: {
    'Product.usd': product,
    'Product.eur': product,
    'Product.usdTax': (one: Priced) => need(one.price),
    'Product.avgUsd': (one: { category: Thing }) => need(one.category['averagePrice']),
    'Product.avgEur': (one: { category: Thing }) => need(one.category['averagePrice']),
    'Product.scaled': (one: Priced, { by }: { by: number }) => {
      const at = need(one.price)
      return { value: at === null ? null : at * by }
    },
    'Product.sum': (one: Thing) => `${need(one['usd'])}+${need(one['eur'])}`,
    'Product.first': (one: { comments: Thing[] }) => one.comments.map((each) => need(each['author'])).join(),
    'Product.second': (one: { comments: Thing[] }) => one.comments.map((each) => need(each['author'])).join(),
    'Item.labelUsd': (one: Priced) => `$${need(one.price)}`,
    'Item.labelSure': (one: Priced) => `!${need(one.price)}`,
    'Item.labelEur': (one: Priced) => `E${need(one.price)}`,
    'Item.label': (one: Priced, { c }: { c: string }) => c + need(one.price),
    'Order.costUsd': (one: { item: Priced }) => need(one.item.price),
    'Order.costEur': (one: { item: Priced }) => need(one.item.price),
    'Order.costMix': (one: { item: Priced }) => need(one.item.price),
  },
}
