import cluster, { type Worker } from 'node:cluster'
import { placesAtOnce, type Take } from '../guard/places.ts'
import type { Said, Told } from './word.ts'

/** In the primary: counts the places of all workers as one. Those of a worker that is gone are free. */
export function countPlaces(): void {
  const take = placesAtOnce()
  const held = new Map<Worker, Map<number, () => void>>()
  cluster.on('message', (worker, said: Said) => {
    const own = held.get(worker) ?? new Map<number, () => void>()
    if ('take' in said) {
      const back = take(said.key, said.most)
      if (back) held.set(worker, own.set(said.take, back))
      const told: Told = { taken: said.take, given: back !== undefined }
      worker.send(told)
    }
    if ('free' in said) {
      own.get(said.free)?.()
      own.delete(said.free)
    }
  })
  // Not its exit, which what it said last may come after.
  cluster.on('disconnect', (worker) => {
    for (const back of held.get(worker)?.values() ?? []) back()
    held.delete(worker)
  })
}

/** In a worker: takes places that the primary counts. */
export function placesOfAll(say: (said: Said) => void): Take {
  const asked = new Map<number, (given: boolean) => void>()
  let last = 0
  process.on('message', (told: Told) => {
    if (typeof told === 'string' || !('taken' in told)) return
    asked.get(told.taken)?.(told.given)
    asked.delete(told.taken)
  })
  return (key, most) =>
    new Promise((resolve) => {
      last += 1
      const id = last
      asked.set(id, (given) => resolve(given ? () => say({ free: id }) : undefined))
      say({ take: id, key, most })
    })
}
