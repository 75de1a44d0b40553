/** Every code an error answer can carry, with its HTTP status. */
export const ERROR_STATUS = {
  invalid_parameter: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  too_large: 413,
  unsupported: 415,
  too_busy: 429,
  internal: 500,
  store_unavailable: 503,
  broker_unavailable: 503,
  not_ready: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** An answer other than success; the one error filter turns it into `{statusCode, code, message, details?}`. */
export class ApiError extends Error {
  readonly statusCode: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: unknown,
    /** Sent as `Retry-After`, seconds; 429 and 503 always carry one. */
    readonly retryAfterSeconds: number = 1,
  ) {
    super(message);
    this.statusCode = ERROR_STATUS[code];
  }
}
