import { pino, type Logger as PinoLogger } from 'pino'

export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type OwnLogLevel = (typeof LOG_LEVELS)[number]

/** JSON lines on standard error, so that standard output belongs to commands and `--ready-json`. */
export function createLogger(level: OwnLogLevel): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    messageKey: 'message',
  }
  return pino(
    { ...options, formatters: { level: (label) => ({ level: label }) } },
    pino.destination({ fd: 2, sync: true }),
  )
}

export const silentLogger: Logger = pino({ level: 'silent' })
