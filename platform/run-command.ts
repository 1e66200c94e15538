type CommandOptions = {
  /** Said instead of what Node says of arguments that it does not know. */
  usage?: string
  /** The exit code of a command that failed. 1 unless told. */
  failed?: number
}

/** Runs what was asked for on a command line. What it throws is said in one sentence, and the process ends with a code. */
export async function runCommand(
  command: () => unknown,
  { usage, failed = 1 }: CommandOptions = {},
): Promise<void> {
  // Whoever reads no further, as `head` does, has what it wanted.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : failed))
  try {
    await command()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    console.error(usage && code?.startsWith('ERR_PARSE_ARGS') ? usage : message || String(error))
    process.exitCode = failed
  }
}
