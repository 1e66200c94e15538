import type { GraphQLFieldResolver } from 'graphql'

/** What a request has read so far and can let go of. */
export type Forgetful = { forget(): void }

/** Mutations of one request run one after another: each forgets what was read before it. */
export function afresh<Mutations extends object>(mutations: Mutations): Mutations {
  const wrapped = Object.entries(mutations).map(([name, resolve]) => {
    const run = resolve as GraphQLFieldResolver<unknown, Forgetful>
    const forgetful: typeof run = (parent, args, context, info) => {
      context.forget()
      return run(parent, args, context, info)
    }
    return [name, forgetful]
  })
  return Object.fromEntries(wrapped)
}

/** `forget` of a context: clears its loaders. */
export const forgets = (loaders: Record<string, { clearAll(): unknown }>) => () => {
  for (const loader of Object.values(loaders)) loader.clearAll()
}
