import { type Logger, pino } from 'pino'
import { PinoPretty } from 'pino-pretty'

export type { Logger }

/** Our own log: JSON lines on standard output, or coloured lines where a person watches. Secrets never reach it. */
export function createLogger(options: { level: string; pretty: boolean }): Logger {
  const redact = {
    paths: ['req.headers.authorization', 'req.headers.cookie', 'req.headers["x-api-key"]', '*.password', '*.token', '*.key'],
    censor: '[redacted]',
  }
  const base = { level: options.level, redact, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  return options.pretty ? pino(base, PinoPretty({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname', sync: true })) : pino(base)
}
