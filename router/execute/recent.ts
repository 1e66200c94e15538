/** What was made recently, by its key; the one not used for longest makes place. */
export function createRecent<Value>(limit: number) {
  const values = new Map<string, Value>()
  const find = (key: string): Value | undefined => {
    const known = values.get(key)
    if (known === undefined) return undefined
    values.delete(key)
    values.set(key, known)
    return known
  }
  return {
    find,
    get(key: string, make: () => Value): Value {
      const known = find(key)
      if (known !== undefined) return known
      const value = make()
      values.set(key, value)
      const [oldest] = values.keys()
      if (values.size > limit && oldest !== undefined) values.delete(oldest)
      return value
    },
    size: (): number => values.size,
  }
}
