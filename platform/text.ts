import type { ApolloServerPlugin } from '@apollo/server'
import { type ArgumentNode, type DocumentNode, type ObjectFieldNode, visit } from 'graphql'
import { badInput } from './errors.ts'

/** Whether PostgreSQL and JSON can both keep the text: no NUL, no half of a surrogate pair. */
export const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

const polluting = new Set(['__proto__', 'constructor', 'prototype'])

function faultIn(value: unknown, path: string): { field: string; message: string } | undefined {
  if (typeof value === 'string')
    return storable(value)
      ? undefined
      : { field: path, message: 'must be text without NUL or lone surrogates' }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const here = path ? `${path}.${key}` : key
    if (polluting.has(key)) return { field: here, message: 'is not a name that can be used' }
    const fault = faultIn(item, here)
    if (fault) return fault
  }
  return undefined
}

/** What stands in a document's own text and could not be stored. */
export function literalFault(document: DocumentNode): { field: string; message: string } | undefined {
  let fault: ReturnType<typeof faultIn>
  const names: string[] = []
  const named = {
    enter: ({ name }: ArgumentNode | ObjectFieldNode) => void names.push(name.value),
    leave: () => void names.pop(),
  }
  visit(document, {
    Argument: named,
    ObjectField: named,
    StringValue: ({ value }) => {
      if (names.length > 0) fault ??= faultIn(value, names.join('.'))
    },
  })
  return fault
}

/** What stands in a request's variables and could not be stored. */
export const variableFault = (variables: unknown): ReturnType<typeof faultIn> => faultIn(variables ?? {}, '')

/** Refuses a request in which any text, in a variable or written out, could not be stored. */
export function storableText(): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, request }) {
          const fault = variableFault(request.variables) ?? literalFault(document)
          if (fault) throw badInput(fault)
        },
      }
    },
  }
}
