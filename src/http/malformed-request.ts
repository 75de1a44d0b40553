import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ServerEvents } from '../telemetry/server-events';
import { ApiError } from './api-error';
import { answer } from './error-answer';

/** Answers what is not HTTP, or too long a head, with our error body; Node would send an empty answer. */
export function refuseMalformed(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  events: Pick<ServerEvents, 'requestMalformed'>,
): void {
  events.requestMalformed(error.code ?? 'unknown');
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { body } = answer(errorOf(error.code));
  const json = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${body.statusCode} ${STATUS_CODES[body.statusCode]}\r\nConnection: close\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
}

function errorOf(code: string | undefined): ApiError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError('too_large', 'The URL and headers of a request may have 16 KiB together');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError('invalid_parameter', 'The request did not arrive in time');
    default:
      return new ApiError('invalid_parameter', 'This is not a request of HTTP/1.1');
  }
}
