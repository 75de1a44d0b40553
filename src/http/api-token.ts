import { createHash, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ApiError } from './api-error';
import { isPreflight } from './cors';

/**
 * What needs no token: health, the documentation with its assets (single plain names; none begins with a dot), and the
 * document. Compared with the very path that routes are matched by, undecoded and case-sensitive, so that whatever is
 * written in an unusual way needs the token: an exception is never wider than the routes it is for.
 */
const OPEN_PATHS = /^\/(?:health\/(?:live|ready)|docs-json|docs(?:\/(?:[a-z][\w-]*(?:\.[a-z0-9]+)*)?)?)\/?$/;

/** Refuses with 401 whatever does not carry the token, but for {@link OPEN_PATHS} and CORS preflights. */
export function requireToken(token: string): RequestHandler {
  const expected = digest(token);
  return (request: Request, _response: Response, next: NextFunction) => {
    if (isOpen(request) || timingSafeEqual(digest(bearerOf(request)), expected)) next();
    else next(new ApiError('unauthorized', refusal(request)));
  };
}

function isOpen(request: Request): boolean {
  return (
    isPreflight(request) || ((request.method === 'GET' || request.method === 'HEAD') && OPEN_PATHS.test(request.path))
  );
}

function bearerOf(request: Request): string {
  return /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** Digests have one length, whatever was sent, which the comparison in constant time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refusal(request: Request): string {
  return bearerOf(request) === ''
    ? 'The header "Authorization: Bearer <API_TOKEN>" is missing'
    : 'The token is not the API_TOKEN of this deployment';
}
