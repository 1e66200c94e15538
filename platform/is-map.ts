/** Whether a value is what GraphQL over HTTP calls a map: a JSON object. */
export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
