import type { Services } from './services.ts'

export type ScreenFacts = {
  services: Services
  identityUrl: string
  databases: string
  broker: string
  /** Of puchiuser, for a day. */
  token: string
  /** The learner's page; null in production, where there are no pages. */
  learnerUrl: string | null
}

const query = '{ me { id username email roles preferences { locale theme } } }'

/** What `npm start` shows when everything runs. */
export function screen({ services, identityUrl, databases, broker, token, learnerUrl }: ScreenFacts): string {
  const { router, subgraphs } = services
  const origin = new URL(router.url).origin
  const rows = [router, ...Object.values(subgraphs)].map(
    ({ name, url, adminUrl }) => `  ${name.padEnd(12)}${url}   admin ${adminUrl}`,
  )
  const curl = `curl -s ${origin}/graphql -H 'content-type: application/json' \\
  -H 'authorization: Bearer ${token}' \\
  -d '${JSON.stringify({ query })}'`
  return [
    '',
    `Puchi runs (after ${(performance.now() / 1_000).toFixed(1)} s).`,
    '',
    ...rows,
    `  ${'identity'.padEnd(12)}${identityUrl}`,
    `  ${'PostgreSQL'.padEnd(12)}${databases}`,
    `  ${'broker'.padEnd(12)}${broker}`,
    '',
    ...(learnerUrl ? [`Open ${origin}/ to see what runs, ${learnerUrl} to learn`, ''] : []),
    'Ask as puchiuser (the token lives a day; `npm run --silent token -- puchiuser` gives others):',
    '',
    curl,
    '',
    'Ctrl-C stops everything.',
  ].join('\n')
}
