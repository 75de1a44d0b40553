import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

const STACK = /\n\s+at /;

/**
 * Writes what Nest and its modules say into our log. Their chatter of start and stop is for debugging; their warnings
 * and errors keep their level. The context (the class that speaks) is the field `context`.
 */
export class NestPinoLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes, after the message: further messages, a stack (errors only), and last the context. */
  private write(level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' && !STACK.test(last) ? last : undefined;
    const others = (context === undefined ? rest : rest.slice(0, -1)).filter((one) => one !== undefined);
    const error = [message, ...others].find((one) => one instanceof Error);
    const stack = others.find((one) => typeof one === 'string' && STACK.test(one));
    const more = others.filter((one) => one !== error && one !== stack);
    this.logger[level](
      {
        ...(context === undefined ? {} : { context }),
        ...(error === undefined ? {} : { err: error }),
        ...(stack === undefined ? {} : { stack }),
        ...(more.length === 0 ? {} : { more }),
      },
      textOf(message),
    );
  }
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message instanceof Error) return message.message;
  return inspect(message, { depth: 2, breakLength: Infinity });
}
