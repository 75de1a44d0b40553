import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Readiness } from '../telemetry/readiness';
import type { ServerEvents } from '../telemetry/server-events';
import { ApiError } from './api-error';
import { answer } from './error-answer';
import { starting } from './ready-answer';

/** Answers for a process whose application is not up yet. */
export function answerWhileStarting(
  readiness: Readiness,
  events: Pick<ServerEvents, 'refusedWhileStarting'>,
): RequestListener {
  return (request, response) => {
    const path = pathOf(request);
    if (path === '/health/live') sendJson(response, 200, { status: 'live' });
    else if (path === '/health/ready')
      readiness.check().then((report) => refuse(response, starting(report)), response.destroy.bind(response));
    else {
      events.refusedWhileStarting(path);
      refuse(response, new ApiError('not_ready', 'starting: try again; /health/ready tells what it waits for'));
    }
  };
}

/** Without the query and a slash at the end, as the application's routes are matched. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/[?#].*$/s, '').replace(/(.)\/$/, '$1');
}

function refuse(response: ServerResponse, error: ApiError): void {
  const { body, retryAfterSeconds } = answer(error);
  response.setHeader('Retry-After', String(retryAfterSeconds ?? 1));
  sendJson(response, body.statusCode, body);
}

/** Node leaves out the body where the method is HEAD. */
function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
