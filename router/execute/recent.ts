/** What was made recently, by its key; the one not used for longest makes place. */
export function createRecent<Value>(limit: number) {
  const values = new Map<string, Value>()
  return {
    get(key: string, make: () => Value): Value {
      const known = values.get(key)
      if (known !== undefined) {
        values.delete(key)
        values.set(key, known)
        return known
      }
      const value = make()
      values.set(key, value)
      const [oldest] = values.keys()
      if (values.size > limit && oldest !== undefined) values.delete(oldest)
      return value
    },
    size: (): number => values.size,
  }
}
