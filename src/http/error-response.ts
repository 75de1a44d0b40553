import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  type ApiResponseOptions,
  getSchemaPath,
} from '@nestjs/swagger';
import { ERROR_STATUS, type ErrorCode } from './api-error';

const LIMIT_SENTENCE = 'limit: "0" is not allowed; allowed: a whole number from 1 to 5000';

/** The body of every answer other than success, unknown routes included. */
export class ErrorResponse {
  @ApiProperty({ description: 'The HTTP status, repeated.', type: 'integer', example: 400 })
  statusCode: number;

  @ApiProperty({
    description: 'What went wrong, as a word a program can rely on.',
    enum: Object.keys(ERROR_STATUS),
    enumName: 'ErrorCode',
    example: 'invalid_parameter',
  })
  code: ErrorCode;

  @ApiProperty({
    description: 'What went wrong, what was given and what is allowed, for people.',
    example: LIMIT_SENTENCE,
  })
  message: string;

  @ApiPropertyOptional({
    description:
      'More, one entry each: for `invalid_parameter` the wrong parameters, for `not_ready` the missing parts.',
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ parameter: 'limit', given: '0', allowed: 'a whole number from 1 to 5000' }],
  })
  details?: unknown;
}

/** The statuses an error answer can have. */
export type ErrorStatus = (typeof ERROR_STATUS)[ErrorCode];

interface DocumentedError {
  readonly description: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: unknown;
}

const DOCUMENTED: Record<ErrorStatus, DocumentedError> = {
  400: {
    description: 'A parameter or the body is wrong; the answer names it, what was given and what is allowed.',
    code: 'invalid_parameter',
    message: LIMIT_SENTENCE,
    details: [{ parameter: 'limit', given: '0', allowed: 'a whole number from 1 to 5000' }],
  },
  401: {
    description: 'The deployment has an `API_TOKEN` and the request did not carry it.',
    code: 'unauthorized',
    message: 'This API wants the header "Authorization: Bearer <API_TOKEN>"',
  },
  403: {
    description: 'A page of another origin sent it, and `CORS_ORIGINS` does not name that origin.',
    code: 'forbidden',
    message: 'A page of another origin (https://other.example) may not send this; CORS_ORIGINS names those that may',
  },
  404: {
    description: 'There is no such thing, or no longer.',
    code: 'not_found',
    message: 'No such record, or it has expired',
  },
  413: {
    description: 'The body is larger than this deployment takes.',
    code: 'too_large',
    message: 'The body is larger than 16777216 bytes',
  },
  415: {
    description: 'The body is encoded in a way that is not understood.',
    code: 'unsupported',
    message: 'Content-Encoding "br" is not supported; use gzip or none',
  },
  429: {
    description: 'Too much at once; try again after `Retry-After` seconds.',
    code: 'too_busy',
    message: '8 searches are being answered already',
  },
  500: {
    description: 'A fault of the server; its log tells more.',
    code: 'internal',
    message: 'Something went wrong here; the server log tells what',
  },
  503: {
    description: 'The store or the broker cannot be reached; try again after `Retry-After` seconds.',
    code: 'store_unavailable',
    message: 'The store cannot be reached',
  },
};

/** Documents which errors a route answers with: `@ApiErrors(400, 401, 429, 503)`. */
export function ApiErrors(...statuses: ErrorStatus[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ErrorResponse),
    ...statuses.map((status) => ApiResponse(documentedResponse(status))),
  );
}

function documentedResponse(status: ErrorStatus): ApiResponseOptions {
  const { description, code, message, details } = DOCUMENTED[status];
  const value = { statusCode: status, code, message, ...(details === undefined ? {} : { details }) };
  return {
    status,
    description,
    // Errors are JSON whatever the route itself produces.
    content: { 'application/json': { schema: { $ref: getSchemaPath(ErrorResponse) }, example: value } },
    ...(status === 429 || status === 503 ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
  };
}

const RETRY_AFTER = {
  description: 'Seconds to wait before the next try.',
  schema: { type: 'integer', example: 1 },
} as const;
