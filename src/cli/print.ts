/**
 * Printing. Names and messages come from the disk: what could steer a terminal is escaped before it is printed.
 */

/** The text with its control characters escaped, on one line. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escapeCharacter)
}

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Indented JSON. In JSON these characters stand in strings only, where an escape means the same. */
export function printJson(value: unknown): void {
  printLine(
    JSON.stringify(value, null, 2).replace(/[\x7f-\x9f\p{Bidi_Control}\u2028\u2029]/gu, escapeCharacter),
  )
}

/** `| head` closes the pipe when it has seen enough; that is no error. */
export function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
