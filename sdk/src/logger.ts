import pino from 'pino'
import { activeScope } from './active-span.ts'

/** The fields of a log line that Tetrascope knows by name; further ones belong into `extra`. */
export interface LogFields {
  readonly request_id?: string | undefined
  readonly model?: string | undefined
  /** Tokens in total, or use the two below. */
  readonly tokens?: number | undefined
  readonly input_tokens?: number | undefined
  readonly output_tokens?: number | undefined
  readonly latency_ms?: number | undefined
  readonly ttft_ms?: number | undefined
  readonly status?: string | undefined
  readonly error?: string | Error | undefined
  readonly user_id?: string | undefined
  readonly cost_usd?: number | undefined
  readonly extra?: Readonly<Record<string, unknown>> | undefined
}

export type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal'

export interface LoggerOptions {
  readonly service: string
  /** Lines below it are left out. */
  readonly level?: Level | undefined
  /** Where lines go; standard output when absent. */
  readonly destination?: { write(line: string): void } | undefined
  /** Fields whose values are replaced by `[redacted]`, in pino's paths: `extra.password`, `extra.*.token`. */
  readonly redact?: readonly string[] | undefined
}

/** Writes one JSON line for each event. */
export interface Logger {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
  fatal(event: string, fields?: LogFields): void
}

/**
 * A structured logger over pino. A line has `timestamp` (ISO), `level`, `service`, `event` and the fields given; absent ones are
 * left out. Inside a span also `trace_id` and `span_id`, and the user of the context, so that line and trace find each other.
 */
export function createLogger(options: LoggerOptions): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level ?? 'info',
    base: { service: options.service },
    messageKey: 'event',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    mixin: scopeFields,
    ...(options.redact === undefined ? {} : { redact: { paths: [...options.redact], censor: '[redacted]' } }),
  }
  const lines = options.destination === undefined ? pino(settings) : pino(settings, options.destination)
  const write =
    (level: Level) =>
    (event: string, fields: LogFields = {}): void =>
      lines[level](withErrorText(fields), event)
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
  }
}

function scopeFields(): object {
  const { span, context } = activeScope()
  const user = context.userId === undefined ? {} : { user_id: context.userId }
  return span === undefined ? user : { trace_id: span.traceId, span_id: span.spanId, ...user }
}

function withErrorText(fields: LogFields): object {
  return fields.error instanceof Error ? { ...fields, error: fields.error.message } : { ...fields }
}
