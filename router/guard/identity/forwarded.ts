import type { Identity } from '../identity.ts'

/** Forwards Authorization, and the headers named beside it, unverified. */
export const forwardedIdentity = (more: readonly string[] = []): Identity => {
  const names = ['authorization', ...more]
  return {
    ours: false,
    clientOf: () => undefined,
    async identify({ headers }) {
      const given: Record<string, string> = {}
      for (const name of names) if (headers[name]) given[name] = String(headers[name])
      return { viewer: null, ...(Object.keys(given).length > 0 && { headers: given }) }
    },
    stands: () => true,
    introduce: ({ headers = {} }) => headers,
  }
}
