import * as graphqlEslint from '@graphql-eslint/eslint-plugin'
import { ESLint } from 'eslint'
import { root, type SubgraphEntry } from '../subgraphs.ts'
import type { Finding } from './finding.ts'

const plugin = '@graphql-eslint'

// What its name says by itself needs no words: payloads, connections, inputs; and fields below the root.
const plain = [
  'ObjectTypeDefinition[name.value=/(^Query|^Mutation|^Subscription|Payload|Connection|Edge|^PageInfo)$/]',
  'InputObjectTypeDefinition',
  ':matches(ObjectTypeDefinition, ObjectTypeExtension)[name.value!=/^(Query|Mutation|Subscription)$/] > FieldDefinition',
  'InterfaceTypeDefinition > FieldDefinition',
]

const rules = {
  'naming-convention': {
    types: 'PascalCase',
    FieldDefinition: 'camelCase',
    InputValueDefinition: 'camelCase',
    Argument: 'camelCase',
    DirectiveDefinition: 'camelCase',
    // Locales are IETF language tags, as HTML and HTTP write them.
    'EnumValueDefinition[parent.name.value!=Locale]': 'UPPER_CASE',
  },
  'require-description': { types: true, FieldDefinition: true, ignoredSelectors: plain },
}

/** Names and descriptions, by the rules of @graphql-eslint. */
export async function lint(entries: SubgraphEntry[]): Promise<Finding[]> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.graphql'],
      languageOptions: { parser: graphqlEslint.parser },
      plugins: { [plugin]: { rules: graphqlEslint.rules } } as never,
      rules: Object.fromEntries(
        Object.entries(rules).map(([name, options]) => [`${plugin}/${name}`, ['error', options]]),
      ) as never,
    },
  })
  const results = entries.map(async ({ file, sdl }) => {
    const [result] = await eslint.lintText(sdl, { filePath: `${root}/${file}` })
    return (result?.messages ?? []).map(
      ({ line, message }): Finding => ({ level: 'error', place: `${file}:${line}`, text: message }),
    )
  })
  return (await Promise.all(results)).flat()
}
