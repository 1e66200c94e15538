import { readFileSync, writeFileSync } from 'node:fs'

const fileIn = (folder: string) => `${folder}/demo-lesson`

/** A lesson that nobody has begun: progress only rises, so each start of the system has another one to show. */
export function newDemoLesson(folder: string): string {
  const lessonId = `demo-${Date.now().toString(36)}`
  writeFileSync(fileIn(folder), lessonId)
  return lessonId
}

/** The lesson that the running system shows; undefined where none runs. */
export function demoLesson(folder: string): string | undefined {
  try {
    return readFileSync(fileIn(folder), 'utf8')
  } catch {
    return undefined
  }
}
