import type { Thing, World } from '../world.ts'

// Shared roots and value types, several keys, keys inside keys, @provides, @override, mutations in order, inputs.
type Account = Thing & { __typename: string; id: string; email: string | null; org: string; age: number }

const accounts: Account[] = [
  { __typename: 'Account', id: 'a1', email: 'a@x', org: 'o1', age: 30 },
  { __typename: 'Account', id: 'a2', email: null, org: 'o2', age: 0 },
  { __typename: 'Account', id: 'a3', email: 'c@x', org: 'o1', age: 41 },
]
const orgs: Thing[] = [
  { __typename: 'Org', id: 'o1', region: { code: 'EU' }, name: 'One' },
  { __typename: 'Org', id: 'o2', region: { code: 'US' }, name: 'EU' },
]
const account = (id: unknown): Account | undefined => accounts.find((one) => one.id === id)
const org = (id: unknown): Thing | undefined => orgs.find((one) => one['id'] === id)
const code = ({ region }: Thing): string => (region as { code: string }).code
const address = ({ id }: Thing): Thing | null =>
  id === 'a2' ? null : { street: `s-${id}`, city: { name: 'Huế', zip: 530000 } }

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('required input missing')
  return value
}
const greet = ({ email, age }: Thing): string => `${need(email)} is ${need(age)}`
const fee = (region: string, currency: string): number =>
  (region === 'EU' ? 3 : 5) * (currency === 'EUR' ? 1 : 2)
const score = (one: Thing, { by }: { by: { factor: number; mode: string } }): number =>
  Number(String(one['id']).slice(1)) * by.factor * (by.mode === 'DOUBLE' ? 2 : 1)

export const accountsWorld: World = {
  name: 'accounts',
  find: (one) =>
    one['__typename'] === 'Org'
      ? (org(one['id']) ?? orgs.find((each) => each['name'] === one['name'] && one['name']))
      : (account(one['id']) ?? accounts.find(({ email }) => email === one['email'])),
  subgraphs: {
    core: `type Query { me: Account @shareable accounts: [Account!]! version: String @shareable }
      type Mutation { rename(id: ID!, to: String!): Account touch(id: ID!): Touched }
      type Touched @shareable { ok: Boolean account: Account }
      type Account @key(fields: "id") @key(fields: "email") { id: ID! email: String age: Int @shareable org: Org
        address: Address legacy: String }
      type Address @shareable { street: String city: City } type City @shareable { name: String zip: Int }
      type Org @key(fields: "id") { id: ID! }
      input By { factor: Int! mode: Mode! } enum Mode { SINGLE DOUBLE }`,
    orgs: `type Query { orgs: [Org] version: String @shareable me: Account @shareable }
      type Org @key(fields: "id") @key(fields: "id region { code }") @key(fields: "name") { id: ID! name: String region: Region! owner: Account @provides(fields: "email")
        members(first: Int = 1): [Account!] }
      type Region @shareable { code: String! }
      type Account @key(fields: "id") { id: ID! email: String @external }`,
    billing: `type Query { me: Account @shareable debtors: [Account] }
      type Mutation { pay(id: ID!, amount: Int!): Account }
      type Org @key(fields: "id region { code }") { id: ID! region: Region!
        fee(currency: String!): Int dues: Int @requires(fields: "name") name: String @external }
      type Region @shareable { code: String! }
      type Account @key(fields: "id") @key(fields: "email", resolvable: false) { id: ID! email: String @external age: Int @external
        greeting: String @requires(fields: "email age") legacy: String @override(from: "core")
        score(by: By!): Int city: String @requires(fields: "address { city { name } }") address: Address @external balance: Int! }
      type Address @shareable { street: String city: City } type City @shareable { name: String zip: Int }
      input By { factor: Int! mode: Mode! } enum Mode { SINGLE DOUBLE }`,
    audit: `type Query { audited: [Account] } type Account @key(fields: "email") { email: String age: Int @shareable log(last: Int!): [Entry!]! }
      type Entry { at: Int! what: String org: Org } type Org @key(fields: "name") { name: String }`,
  },
  fields: {
    Query: {
      me: () => accounts[0],
      accounts: () => accounts,
      version: () => 'v1',
      audited: () => [accounts[2], accounts[0]],
      orgs: () => [orgs[1], null, orgs[0]],
      debtors: () => [accounts[1], accounts[2], null, accounts[1]],
    },
    Mutation: {
      rename: (_: unknown, { id, to }: Thing) => ({ ...(account(id) ?? accounts[2]), legacy: to }),
      touch: (_: unknown, { id }: Thing) => ({ ok: !!account(id), account: account(id) ?? null }),
      pay: (_: unknown, { id }: Thing) => account(id) ?? accounts[1],
    },
    Account: {
      org: (one: Account) => org(one.org),
      address,
      greeting: greet,
      legacy: ({ id }: Thing) => `legacy ${id}`,
      score,
      city: (one: Thing) => `${(address(one)?.['city'] as Thing | undefined)?.['name'] ?? 'none'}`,
      balance: ({ id }: Thing) => (id === 'a2' ? 0 : -5),
      log: ({ id }: Thing, { last }: { last: number }) =>
        Array.from({ length: last }, (_, at) => ({ at, what: at ? `did ${id}` : null, org: orgs[at % 2] })),
    },
    Org: {
      owner: ({ id }: Thing) => accounts[id === 'o1' ? 0 : 1],
      members: ({ id }: Thing, { first }: { first: number }) =>
        accounts.filter((one) => one.org === id).slice(0, first),
      fee: (one: Thing, { currency }: { currency: string }) => fee(code(one), currency),
      dues: (one: Thing) => String(one['name']).length,
    },
  },
  required: {
    'Account.greeting': greet,
    'Account.city': (one: Thing) => {
      const at = need(one['address']) as { city: Thing | null } | null
      return at === null ? 'none' : String(need(at.city)?.['name'])
    },
    'Org.dues': (one: Thing) => String(need(one['name'])).length,
  },
}
