import { styleText } from 'node:util'
import type { Told } from './reporter.ts'
import type { FileResult } from './run-file.ts'

export type Report = {
  /** Prints one line for a file that ended. */
  take(result: FileResult): void
  /** Prints what failed, what was skipped, and as the last line `N passed, N failed`. Answers whether all is well. */
  close(): boolean
}

type Line = { file: string; title: string; why: string }

export function createReport(shown: (file: string) => string): Report {
  const failures: Line[] = []
  const skipped: Line[] = []
  let passed = 0

  return {
    take({ file: path, told, broken, output, seconds }) {
      const file = shown(path)
      const failed = [...told.filter(isFailed), ...(broken ? [{ title: 'the file', why: broken }] : [])]
      failures.push(...failed.map(({ title, why }) => ({ file, title, why })))
      skipped.push(...told.flatMap((one) => (one.kind === 'skipped' ? [{ file, ...one }] : [])))
      passed += told.filter(({ kind }) => kind === 'passed').length
      const mark = failed.length > 0 ? styleText('red', '✖') : styleText('green', '✔')
      console.log(`${mark} ${file} ${styleText('dim', `${told.length} in ${seconds.toFixed(1)} s`)}`)
      if (failed.length > 0) process.stderr.write(output)
    },
    close() {
      for (const { file, title, why } of failures)
        console.log(`\n${styleText('red', '✖')} ${file} › ${title}\n${why.replace(/^/gm, '    ')}`)
      for (const { file, title, why } of skipped)
        console.log(`skipped: ${file} › ${title}${why && `: ${why}`}`)
      if (skipped.length > 0) console.log(`\n${skipped.length} skipped`)
      console.log(`\n${passed} passed, ${failures.length} failed`)
      return failures.length === 0 && passed > 0
    },
  }
}

const isFailed = (told: Told) => told.kind === 'failed'
