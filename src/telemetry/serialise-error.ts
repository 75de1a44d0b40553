import { inspect } from 'node:util';

/** An error as the log shows it. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: LoggedError;
  /** The first few of an AggregateError. */
  readonly errors?: readonly LoggedError[];
}

const MAX_DEPTH = 5;
const MAX_ERRORS = 5;

/**
 * Type, message, code, stack and causes of an error, and nothing else it carries: drivers hang whole topologies and
 * documents (our users' logs) on theirs. Whatever was thrown is taken; a chain that bites its tail ends.
 */
export function serialiseError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: textOf(error) };
  const code: unknown = 'code' in error ? error.code : undefined;
  const deeper = depth < MAX_DEPTH;
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(deeper && error.cause != null ? { cause: serialiseError(error.cause, depth + 1) } : {}),
    ...(deeper && error instanceof AggregateError ? { errors: firstErrors(error, depth + 1) } : {}),
  };
}

function firstErrors(error: AggregateError, depth: number): LoggedError[] {
  return error.errors.slice(0, MAX_ERRORS).map((one: unknown) => serialiseError(one, depth));
}

function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 2, breakLength: Infinity });
}
