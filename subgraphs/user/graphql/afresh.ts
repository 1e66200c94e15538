import type { GraphQLFieldResolver } from 'graphql'
import type { Context } from './context.ts'

/** Mutations of one request run one after another: each forgets what was read before it. */
export function afresh<Mutations extends object>(mutations: Mutations): Mutations {
  const wrapped = Object.entries(mutations).map(([name, resolve]) => {
    const run = resolve as GraphQLFieldResolver<unknown, Context>
    const forgetful: typeof run = (parent, args, context, info) => {
      context.forget()
      return run(parent, args, context, info)
    }
    return [name, forgetful]
  })
  return Object.fromEntries(wrapped)
}
