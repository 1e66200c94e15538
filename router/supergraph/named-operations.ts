import { globSync, readFileSync } from 'node:fs'
import { Kind, parse } from 'graphql'

const folder = new URL('../../schema/operations/', import.meta.url)

export type NamedOperation = { name: string; text: string }

/** The operations that Puchi's own clients send. */
export const namedOperations = (): NamedOperation[] =>
  globSync('*.graphql', { cwd: folder }).flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    return parse(text).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [{ name: definition.name?.value ?? '', text }] : [],
    )
  })
