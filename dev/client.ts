// npm run codegen            writes schema/client/: what a frontend needs to speak to the supergraph
// npm run codegen -- --check compares instead, and exits 1 where the files are stale
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import * as add from '@graphql-codegen/add'
import { codegen } from '@graphql-codegen/core'
import * as typedDocumentNode from '@graphql-codegen/typed-document-node'
import * as typescriptOperations from '@graphql-codegen/typescript-operations'
import { runCommand } from '@puchi/platform/run-command'
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  parse,
  print,
  printSchema,
  validate,
  visit,
} from 'graphql'
import { root } from './subgraphs.ts'

const folder = `${root}/schema/client`
const banner =
  '// Written by `npm run codegen` from schema/operations; never edited.\n// biome-ignore-all lint: generated'
const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

/** The schema that clients see: the supergraph without what is only for routers. */
export const apiSchema = (
  supergraph = readFileSync(`${root}/schema/supergraph.graphql`, 'utf8'),
): GraphQLSchema =>
  Supergraph.build(supergraph, {
    // Ours honours @authenticated, @requiresScopes and @policy, which the library's default refuses to load.
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  })
    .apiSchema()
    .toGraphQLJSSchema()

/** Adds `__typename` to every selection below the root, as Apollo Client does before it sends. */
const withTypename = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet(node, _key, parent) {
      const isRoot = parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION
      return isRoot ? undefined : { ...node, selections: [...node.selections, typename] }
    },
  })

/** The operations of schema/operations, by file name, with the exact text that a client sends. */
export function operations(): { file: string; document: DocumentNode; text: string }[] {
  const files = globSync(`${root}/schema/operations/*.graphql`).sort()
  return files.map((path) => {
    const file = basename(path)
    const document = withTypename(parsed(file, readFileSync(path, 'utf8')))
    return { file, document, text: print(document) }
  })
}

function parsed(file: string, text: string): DocumentNode {
  try {
    return parse(text)
  } catch (error) {
    throw error instanceof GraphQLError ? new Error(placed(file, error), { cause: error }) : error
  }
}

const placed = (file: string, { message, locations }: GraphQLError): string =>
  `schema/operations/${file}:${locations?.[0]?.line ?? 1}: ${message}`

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const possibleTypes = (schema: GraphQLSchema): Record<string, string[]> =>
  Object.fromEntries(
    Object.values(schema.getTypeMap())
      .filter(isAbstractType)
      .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  )

async function typedDocuments(schema: GraphQLSchema): Promise<string> {
  const text = await codegen({
    schema: parse(printSchema(schema)),
    schemaAst: schema,
    filename: 'documents.ts',
    documents: operations().map(({ file, document }) => ({ location: file, document })),
    config: { useTypeImports: true, enumsAsTypes: true, scalars: { ID: 'string' } },
    plugins: [{ add: { content: banner } }, { typescriptOperations: {} }, { typedDocumentNode: {} }],
    pluginMap: { add, typescriptOperations, typedDocumentNode },
  })
  return `${text.trimEnd()}\n`
}

/** Every file of schema/client/ with its text. Throws where an operation does not fit the supergraph. */
async function clientFiles(): Promise<Record<string, string>> {
  const schema = apiSchema()
  const faults = operations().flatMap(({ file, document }) =>
    validate(schema, document).map((error) => `  ${placed(file, error)}`),
  )
  if (faults.length > 0) throw new Error(`Operations that do not fit the supergraph:\n${faults.join('\n')}`)
  return {
    'documents.ts': await typedDocuments(schema),
    'persisted-documents.json': json(
      Object.fromEntries(operations().map(({ text }) => [sha256(text), text])),
    ),
    'possible-types.json': json(possibleTypes(schema)),
  }
}

type File = { path: string; text: string }

/** Those files of schema/client/ that are not what the operations say. */
async function staleFiles(): Promise<File[]> {
  const files = Object.entries(await clientFiles()).map(([name, text]) => ({
    path: `${folder}/${name}`,
    text,
  }))
  return files.filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
}

/** Brings schema/client/ up to date; returns the names of the files that it wrote. */
export async function writeClient(): Promise<string[]> {
  const stale = await staleFiles()
  mkdirSync(folder, { recursive: true })
  for (const { path, text } of stale) writeFileSync(path, text)
  return stale.map(({ path }) => basename(path))
}

async function main(check: boolean): Promise<void> {
  if (!check) return console.log(`Wrote ${(await writeClient()).length} files of schema/client.`)
  if ((await staleFiles()).length > 0) throw new Error('schema/client is stale: run `npm run codegen`.')
  console.log('schema/client is what schema/operations makes.')
}

if (import.meta.main) await runCommand(() => main(process.argv.includes('--check')))
