import type { Services } from '../services.ts'

export type ScreenFacts = {
  services: Services
  identityUrl: string
  databases: string
  broker: string
  /** Of puchiuser, for a day. */
  token: string
  /** In which `npm run demo:progress` records progress. */
  lessonId: string
  /** The learner's page; null in production, where there are no pages. */
  learnerUrl: string | null
}

const query = '{ me { id username email roles preferences { locale theme } } }'

/** What `npm start` shows when everything runs. */
export function screen({
  services,
  identityUrl,
  databases,
  broker,
  token,
  lessonId,
  learnerUrl,
}: ScreenFacts): string {
  const { router, subgraphs } = services
  const origin = new URL(router.url).origin
  const rows = [router, ...Object.values(subgraphs)].map(
    ({ name, url, adminUrl }) => `  ${name.padEnd(12)}${url}   admin ${adminUrl}`,
  )
  const curl = `curl -s ${origin}/graphql -H 'content-type: application/json' \\
  -H 'authorization: Bearer ${token}' \\
  -d '${JSON.stringify({ query })}'`
  const watched = `subscription { progressUpdated(lessonId: "${lessonId}") { version snapshot percent user { username stats { totalXp } } } }`
  const watch = `curl -sN ${origin}/graphql/stream -H 'content-type: application/json' -H 'accept: text/event-stream' \\
  -H 'authorization: Bearer ${token}' \\
  -d '${JSON.stringify({ query: watched })}'`
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
    'Watch progress arrive live, while `npm run demo:progress` in another terminal records it:',
    '',
    watch,
    '',
    'Ctrl-C stops everything.',
  ].join('\n')
}
