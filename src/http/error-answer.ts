import { HttpException } from '@nestjs/common';
import { ApiError, type ErrorCode } from './api-error';
import type { ErrorResponse } from './error-response';
import { isStoreOutage } from './store-outage';

/** What a client is told of an error, and what kind of error it is for us. */
export interface ErrorAnswer {
  readonly body: ErrorResponse;
  /** `Retry-After`, seconds; every 429 and 503 has one. */
  readonly retryAfterSeconds?: number;
  /** `fault`: ours, to be mended; `outage`: a part is away; `refusal`: the client's to mend. */
  readonly kind: 'fault' | 'outage' | 'refusal';
}

/** The answer to anything thrown while a request was handled. Tells nothing of an error that nobody foresaw. */
export function errorAnswer(error: unknown, request: { method: string; path: string }): ErrorAnswer {
  if (error instanceof ApiError) return answer(error);
  if (isStoreOutage(error)) return answer(new ApiError('store_unavailable', 'The store cannot be reached; try again'));
  if (isUnknownRoute(error)) return answer(new ApiError('not_found', unknownRoute(request)));
  const refusal = refusalOf(error);
  return answer(refusal ?? new ApiError('internal', 'Something went wrong here; the server log tells what'));
}

/** The answer that carries this error. */
export function answer(error: ApiError): ErrorAnswer {
  const { statusCode, code, message, details } = error;
  const waits = statusCode === 429 || statusCode === 503;
  return {
    body: { statusCode, code, message, ...(details === undefined ? {} : { details }) },
    ...(waits ? { retryAfterSeconds: Math.max(1, Math.ceil(error.retryAfterSeconds)) } : {}),
    kind: statusCode === 503 ? 'outage' : statusCode >= 500 ? 'fault' : 'refusal',
  };
}

/** Nest throws this where no route matched; every other 404 is an ApiError. */
function isUnknownRoute(error: unknown): boolean {
  return error instanceof HttpException && error.getStatus() === 404 && /^Cannot [A-Z-]+ /.test(error.message);
}

/** The query is left out: it may be long, and is not what was not found. */
function unknownRoute({ method, path }: { method: string; path: string }): string {
  return `There is no ${method} ${path.length > 200 ? `${path.slice(0, 200)}...` : path}; see /docs for what there is`;
}

/** What Nest's pipes, Express and its parsers refuse; undefined where the error is none of the client's making. */
function refusalOf(error: unknown): ApiError | undefined {
  const status = clientStatus(error);
  if (status === undefined || !(error instanceof Error)) return undefined;
  if (/^Failed to decode param/.test(error.message)) {
    return new ApiError('invalid_parameter', 'The path is not valid percent-encoded UTF-8');
  }
  return new ApiError(CODE_OF_STATUS.get(status) ?? 'invalid_parameter', messageOf(error));
}

const CODE_OF_STATUS: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [401, 'unauthorized'],
  [403, 'not_found'],
  [404, 'not_found'],
  [405, 'not_found'],
  [413, 'too_large'],
  [415, 'unsupported'],
  [429, 'too_busy'],
]);

/** The 4xx status of an HttpException, or of an error of the `http-errors` kind that says it may be shown. */
function clientStatus(error: unknown): number | undefined {
  const status = error instanceof HttpException ? error.getStatus() : shownStatus(error);
  return status !== undefined && status >= 400 && status < 500 ? status : undefined;
}

function shownStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || !('expose' in error)) return undefined;
  return error.expose === true && typeof error.status === 'number' ? error.status : undefined;
}

function messageOf(error: Error): string {
  const response = error instanceof HttpException ? error.getResponse() : undefined;
  const message = typeof response === 'object' && 'message' in response ? response.message : error.message;
  return Array.isArray(message) ? message.join('; ') : String(message);
}
