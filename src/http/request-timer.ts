import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { HttpEvents } from '../telemetry/http-events';

const ABORTED = 499;

/** Tells the events of every request how it ended: its status, or 499 where the client left before the whole answer. */
export function timeRequests(events: HttpEvents): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const begin = process.hrtime.bigint();
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
      const status = response.writableFinished ? response.statusCode : ABORTED;
      events.answered(request.method, routeOf(request), status, seconds);
    });
    next();
  };
}

/** The pattern that matched, `/api/v1/logs/:id`; paths themselves would make a series a request. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  const isRoute = typeof route === 'object' && route !== null && 'path' in route;
  return isRoute && typeof route.path === 'string' ? route.path : 'none';
}
