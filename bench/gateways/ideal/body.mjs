/** A body but for its representations, written once. */
export const entities = (query) => {
  const start = `{"query":${JSON.stringify(query)},"variables":{"r":`
  return (representations) => `${start}${representations}}}`
}

/** Representations of a type by its key, each once. */
export const references = (type, key, values) =>
  `[${[...new Set(values)].map((value) => `{"__typename":"${type}","${key}":${JSON.stringify(value)}}`).join()}]`

export const byKey = (found, key) => new Map(found.map((one) => [one[key], one]))
