import type { ApolloServerOptions, BaseContext } from '@apollo/server'
import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'

/**
 * Room for what is kept of texts with their parsed documents: these are some sixty times as long as their texts, and up
 * to 240 times. Clients may send a new text with each request.
 */
export const roomForDocuments = { max: 2_000, maxSize: 512 * 1024 }

/** Where an ApolloServer keeps the documents that it let pass; one's own has room for hundreds of megabytes. */
export function documentStore(): NonNullable<ApolloServerOptions<BaseContext>['documentStore']> {
  const documents = new LRUCache<string, DocumentNode>({
    ...roomForDocuments,
    sizeCalculation: ({ loc }, key) => loc?.source.body.length ?? key.length,
  })
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => void documents.set(key, document),
    delete: async (key) => documents.delete(key),
  }
}
