/** An object of an answer. */
export type Data = Record<string, unknown>

/** Whether a value is an object or a list. */
export const isObject = (value: unknown): value is Data => typeof value === 'object' && value !== null

/** What an object holds under a name, and undefined where nothing: `__proto__` and `constructor` are names like any other. */
export const held = (data: Data, name: string): unknown =>
  Object.hasOwn(data, name) ? data[name] : undefined
