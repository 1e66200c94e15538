import { errorCodes } from '@puchi/platform/errors'

/** docs/errors.md: every code of an error, from the one table. */
export const errorsPage = (): string => `# Error codes

Generated from \`platform/errors.ts\` by \`npm run docs\`. Every error of ours carries \`extensions.code\` and \`extensions.requestId\`.
The status is that of a request that fails as a whole; where a part fails the answer is 200 with partial data.

| code | status | meaning |
|---|---|---|
${Object.entries(errorCodes).map(row).join('\n')}

Two codes say that something is down. \`SUBGRAPH_UNAVAILABLE\`: a subgraph, or its database, does not answer; only its fields are
null, and the status is 200. \`SERVICE_UNAVAILABLE\`: something else that a request or field needs, Clerk for instance, is down.

What the edge (APISIX) refuses itself has the code \`GATEWAY_REFUSED\`, without \`requestId\`; the status says why: 400, 401, 403, 413, 429, 502, 503 or 504.
`

const row = ([code, { status, means }]: [string, { status: number; means: string }]): string =>
  `| \`${code}\` | ${status} | ${means} |`
