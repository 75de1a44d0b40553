import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { HttpEvents } from '../telemetry/http-events';
import { type ErrorAnswer, errorAnswer } from './error-answer';

/** Headers of an answer that was begun, and that would describe the error wrongly. */
const MISLEADING = ['Content-Disposition', 'Content-Encoding', 'Content-Length', 'ETag', 'Last-Modified'];

/** Turns whatever was thrown while a request was handled into `{statusCode, code, message, details?}`: the only one. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly events: HttpEvents) {}

  /** Throws again what a message handler threw: the filter is global, but only requests have an answer to write. */
  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const answer = errorAnswer(error, request);
    if (response.destroyed && isAbort(error)) return;
    this.report(answer, request, error);
    // Half an answer is out: only a broken connection still tells the client that it is not whole.
    if (response.headersSent) response.destroy();
    else send(answer, response);
  }

  private report({ body, kind }: ErrorAnswer, { method, path }: Request, error: unknown): void {
    if (kind === 'fault') this.events.failed(method, path, error);
    if (kind === 'outage') this.events.unavailable(method, path, body.code, error);
    if (kind === 'refusal') this.events.refused(method, path, body.code, body.message);
  }
}

function send({ body, retryAfterSeconds }: ErrorAnswer, response: Response): void {
  for (const name of MISLEADING) response.removeHeader(name);
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
  if (body.statusCode === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="logwarren"');
  response.status(body.statusCode).type('application/json').json(body);
}

/** What reading a request or writing an answer throws when the client has gone. */
function isAbort(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR' || code === 'EPIPE';
}
