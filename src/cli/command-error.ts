/**
 * A command cannot do what was asked; the message is for the person at the terminal, the program ends with exit code 1.
 * An empty message means that the command's own output has said it all.
 */
export class CommandError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CommandError'
  }
}
