import { readFileSync, writeFileSync } from 'node:fs'
import { type Place, placesIn } from './places.ts'

const fileIn = (folder: string): string => `${folder}/places.json`

/** Tells the tools beside it where the system listens that keeps its data in a folder. */
export const noteRunning = (folder: string, places: Record<string, Place>): void =>
  writeFileSync(fileIn(folder), JSON.stringify(places))

/** Where the parts listen of the system that was started last on a folder; the usual places where none was. */
export function runningPlaces(folder: string): Record<string, Place> {
  try {
    return JSON.parse(readFileSync(fileIn(folder), 'utf8'))
  } catch {
    return placesIn(process.env)
  }
}
