/** The one way to make a log: lines of JSON, in which an error keeps its message, its stack and its cause. */
import { pino, type DestinationStream, type Logger } from 'pino';

/** What went wrong goes by the key `error`, which pino would print as `{}`. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = { level, base: { service }, serializers: { error: pino.stdSerializers.err } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
