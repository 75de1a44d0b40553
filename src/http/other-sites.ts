import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ApiError } from './api-error';

/** Methods that change nothing (RFC 9110, section 9.2.1), so that a page gains nothing by sending them. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What `Sec-Fetch-Site` says of a page of ours, and of a person who typed the address. */
const OWN_SITE = new Set(['same-origin', 'none']);

/**
 * Refuses with 403 what a page of another origin has a browser send to change something, unless CORS_ORIGINS allows that
 * origin. CORS alone does not: a browser sends plain text without asking, and only keeps the answer from the page.
 * `same-site` is refused too: all ports of a machine are one site.
 *
 * Browsers say so in `Sec-Fetch-Site` (Fetch Metadata Request Headers, W3C), which no page can set. Other clients send none.
 */
export function refuseOtherSites(origins: readonly string[]): RequestHandler {
  const isAllowed = (origin: string | undefined): boolean =>
    origins.includes('*') || (origin !== undefined && origins.includes(origin));
  return (request: Request, _response: Response, next: NextFunction) => {
    const site = request.get('sec-fetch-site');
    const isOurs = site === undefined || OWN_SITE.has(site) || SAFE_METHODS.has(request.method);
    if (isOurs || isAllowed(request.headers.origin)) next();
    else next(new ApiError('forbidden', refusal(request.headers.origin)));
  };
}

function refusal(origin = 'unknown'): string {
  return `A page of another origin (${origin}) may not send this; CORS_ORIGINS names those that may`;
}
