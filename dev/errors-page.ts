import { errorCodes } from '@puchi/platform/errors'

/** docs/errors.md: every code of an error, from the one table. */
export const errorsPage = (): string => `# Error codes

Made from \`platform/errors.ts\` by \`npm run docs\`. Every error carries \`extensions.code\` and \`extensions.requestId\`.
The status is that of a request that fails as a whole; where a part fails the answer is 200 with partial data.

| code | status | meaning |
|---|---|---|
${Object.entries(errorCodes).map(row).join('\n')}

Two codes say that something is away. \`SUBGRAPH_UNAVAILABLE\`: a service, or its database, does not answer; its fields alone are
null, and the answer is 200. \`SERVICE_UNAVAILABLE\`: what one request or field needs beside that, Clerk for instance, is away.
`

const row = ([code, { status, means }]: [string, { status: number; means: string }]): string =>
  `| \`${code}\` | ${status} | ${means} |`
