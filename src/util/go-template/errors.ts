/** A template that is no template, or one that failed while it was executed; `message` is in Go's words and names the place. */
export class TemplateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TemplateError'
  }
}
