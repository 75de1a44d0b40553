import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '../config/config';
import type { Readiness } from '../telemetry/readiness';
import { ServerEvents } from '../telemetry/server-events';
import type { Telemetry } from '../telemetry/telemetry';
import { answerWhileStarting } from './answer-while-starting';
import { refuseMalformed } from './malformed-request';
import { listeningUrl, listenProblem } from './listening';

/** Longer than the minute that proxies keep their connections, so that none is closed under a request on its way. */
const KEEP_ALIVE_MS = 65_000;
const HEAD_TIMEOUT_MS = 20_000;
/** A body of the largest size over a poor line. */
const REQUEST_TIMEOUT_MS = 300_000;
const CLOSE_GRACE_MS = 10_000;
/** For the first request of a connection that was made just before the close. */
const SILENT_GRACE_MS = 200;

/**
 * Listens on HOST and PORT and answers for a process that is starting: `/health/live` 200, `/health/ready` 503 with what
 * it waits for, all else 503. Rejects with a message that names the variable to change when it cannot listen.
 */
export async function openServer(config: Config, telemetry: Telemetry): Promise<OpenServer> {
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  const url = await listen(server, config.http);
  const events = new ServerEvents(telemetry);
  server.on('error', (error) => events.failed(error));
  server.on('clientError', (error, socket) => refuseMalformed(error, socket, events));
  const open = new OpenServer(
    server,
    url,
    answerWhileStarting(telemetry.readiness, events),
    telemetry.readiness,
    events,
  );
  events.listening(url);
  return open;
}

function listen(server: Server, http: Config['http']): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenProblem(error, http)));
    server.listen(http.port, http.host, () => {
      server.removeAllListeners('error');
      resolve(listeningUrl(server.address()));
    });
  });
}

/** The one HTTP server of a process, from its first moment to its last. */
export class OpenServer {
  private closed: Promise<void> | undefined;
  private inHand = 0;
  /** Connections without a request so far, as browsers keep in store: for Node.js they are not idle. */
  private readonly silent = new Set<Socket>();

  /** @param listener who answers until {@link handOver}. */
  constructor(
    private readonly server: Server,
    /** Where it can be reached from this machine, `http://127.0.0.1:3000`. */
    readonly url: string,
    private listener: RequestListener,
    private readonly readiness: Pick<Readiness, 'stop'>,
    private readonly events: Pick<ServerEvents, 'drained' | 'requestsCutOff'>,
  ) {
    server.on('connection', (socket) => {
      this.silent.add(socket);
      socket.once('close', () => this.silent.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.dispatch(request, response));
  }

  /** From now on the application answers; it must be initialised. The port stays open throughout. */
  handOver(app: NestExpressApplication): void {
    const listener: RequestListener = app.getHttpAdapter().getInstance();
    this.listener = listener;
  }

  /**
   * Is ready no more, refuses new connections, closes those without a request, and resolves once the requests in hand were
   * answered; those that take longer than the grace are cut off.
   */
  close(graceMs: number = CLOSE_GRACE_MS): Promise<void> {
    this.closed ??= this.drain(graceMs);
    return this.closed;
  }

  private async drain(graceMs: number): Promise<void> {
    this.readiness.stop();
    const begin = performance.now();
    const seconds = (): number => (performance.now() - begin) / 1_000;
    const requests = this.inHand;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const silence = setTimeout(() => this.silent.forEach((socket) => socket.destroy()), SILENT_GRACE_MS);
    let late = 0;
    const cutOff = setTimeout(() => {
      late = this.inHand;
      this.server.closeAllConnections();
    }, graceMs);
    await closed;
    clearTimeout(silence);
    clearTimeout(cutOff);
    if (late > 0) this.events.requestsCutOff(late, seconds());
    this.events.drained(requests - late, seconds());
  }

  private dispatch(request: IncomingMessage, response: ServerResponse): void {
    this.inHand++;
    this.silent.delete(request.socket);
    response.once('close', () => this.inHand--);
    // A connection whose answer ends while the server closes would stay open, idle, for as long as it is kept alive. So
    // would one whose request ends after its answer, as it does when a large body is refused.
    for (const end of [request, response]) {
      end.once('close', () => {
        if (this.closed !== undefined) setImmediate(() => this.server.closeIdleConnections());
      });
    }
    if (this.closed !== undefined) response.setHeader('Connection', 'close');
    this.listener(request, response);
  }
}
