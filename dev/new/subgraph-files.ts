import { readFileSync } from 'node:fs'
import { root } from '../subgraphs.ts'

const snakeOf = (name: string): string => name.replaceAll('-', '_')

export type NewSubgraph = { name: string; port: number }

/** What the words of a template become: `order-history`, `orderHistory`, `OrderHistory`, `ORDER_HISTORY`, `order_history`. */
const wordsOf = ({ name, port }: NewSubgraph): Record<string, string> => {
  const pascal = name.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase())
  const snake = snakeOf(name)
  return {
    kebab: name,
    camel: pascal[0]?.toLowerCase() + pascal.slice(1),
    Pascal: pascal,
    SNAKE: snake.toUpperCase(),
    snake,
    port: String(port),
    adminPort: String(port + 100),
  }
}

// What every service keeps for its events is taken from one that has it, so that it is written once.
const outboxModels = () =>
  readFileSync(`${root}/prisma/user/schema.prisma`, 'utf8').match(
    /(?:\/\/\/ [^\n]*\n)*model (?:Aggregate|OutboxEvent|InboxEvent|NewestVersion) \{[\s\S]*?\n\}\n/g,
  ) ?? []
const outboxSql = () =>
  readFileSync(`${root}/prisma/user/migrations/20261125010000_outbox/migration.sql`, 'utf8')
const roleSql = (snake: string) =>
  readFileSync(`${root}/prisma/user/migrations/20261126000000_service_role/migration.sql`, 'utf8').replaceAll(
    'user_service',
    `${snake}_service`,
  )

const template = (file: string): string => readFileSync(`${import.meta.dirname}/template/${file}.txt`, 'utf8')

const filled = (text: string, words: Record<string, string>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, word: string) => words[word] ?? '')

/** Every file of a new subgraph, by its path from the project's folder. */
export function subgraphFiles(given: NewSubgraph): Record<string, string> {
  const { name } = given
  const words = {
    ...wordsOf(given),
    outboxModels: outboxModels().join('\n'),
    outboxSql: outboxSql(),
    roleSql: roleSql(snakeOf(name)),
  }
  const code = `subgraphs/${name}`
  const data = `prisma/${name}`
  const places: Record<string, string> = {
    [`schema/${name}.graphql`]: 'schema.graphql',
    [`schema/operations/${name}.graphql`]: 'operation.graphql',
    [`${code}/package.json`]: 'package.json',
    [`${code}/main.ts`]: 'main.ts',
    [`${code}/settings.ts`]: 'settings.ts',
    [`${code}/${name}.test.ts`]: 'subgraph.test.ts',
    [`${code}/domain/${name}.ts`]: 'domain.ts',
    [`${code}/events/handlers.ts`]: 'handlers.ts',
    [`${code}/graphql/context.ts`]: 'context.ts',
    [`${code}/graphql/resolvers.ts`]: 'resolvers.ts',
    [`${code}/store/database.ts`]: 'database.ts',
    [`${code}/store/${name}.ts`]: 'store.ts',
    [`${code}/store/${name}.test.ts`]: 'store.test.ts',
    [`${data}/schema.prisma`]: 'schema.prisma',
    [`${data}/prisma.config.ts`]: 'prisma.config.ts',
    [`${data}/seed.ts`]: 'seed.ts',
    [`${data}/migrations/migration_lock.toml`]: 'migration_lock.toml',
    [`${data}/migrations/20261125000000_first/migration.sql`]: 'migration.sql',
  }
  return Object.fromEntries(
    Object.entries(places).map(([path, file]) => [path, filled(template(file), words)]),
  )
}

export const envLines = (given: NewSubgraph): string => filled(template('env'), wordsOf(given))
/** Where the edge finds it. */
export const edgeEnvLine = (given: NewSubgraph): string =>
  filled('{{SNAKE}}_HOST={{kebab}}\n', wordsOf(given))
export const composeEnvLines = (given: NewSubgraph): string => filled(template('compose-env'), wordsOf(given))
export const rabbitEntry = (given: NewSubgraph): string => filled(template('rabbit'), wordsOf(given))
export const roverEntry = (given: NewSubgraph): string => filled(template('rover'), wordsOf(given))
