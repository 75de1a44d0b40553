import type { NextFunction, Request, Response } from 'express';

/** An answer of the API is data, whoever opens it in a browser; it loads nothing and is framed nowhere. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";
/** Swagger UI has its scripts in files, its styles and pictures in the page. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Headers that keep browsers from doing more with an answer than it is meant for; logs are kept out of caches. */
export function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  const isDocs = /^\/docs(\/|$)/i.test(request.path);
  response.setHeader('Content-Security-Policy', isDocs ? DOCS_POLICY : DATA_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  if (!isDocs) response.setHeader('Cache-Control', 'no-store');
  next();
}
