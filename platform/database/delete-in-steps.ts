const step = 1_000

/** Deletes in small steps, so that nobody waits for long: `remove` deletes at most so many and answers a row for each. */
export async function deleteInSteps(remove: (most: number) => Promise<{ rows: unknown[] }>): Promise<void> {
  for (let deleted = step; deleted === step; ) deleted = (await remove(step)).rows.length
}
