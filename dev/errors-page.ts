import { errorCodes } from '@puchi/platform/errors'

/** docs/errors.md: every code of an error, from the one table. */
export const errorsPage = (): string => `# Error codes

Made from \`platform/errors.ts\` by \`npm run docs\`. Every error carries \`extensions.code\` and \`extensions.requestId\`.
The status is that of a request that fails as a whole; where a part fails the answer is 200 with partial data.

| code | status | meaning |
|---|---|---|
${Object.entries(errorCodes).map(row).join('\n')}

Two codes say that something is away. \`SUBGRAPH_UNAVAILABLE\`: the router does not reach a service at all.
\`SERVICE_UNAVAILABLE\`: the service answers, but what it needs itself, its database or Clerk, does not. In both the fields of
that service alone are null, and the answer is 200.
`

const row = ([code, { status, means }]: [string, { status: number; means: string }]): string =>
  `| \`${code}\` | ${status} | ${means} |`
