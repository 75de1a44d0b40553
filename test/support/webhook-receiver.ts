import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mustBeReleased } from './leaks';

/** One alert of Alertmanager's webhook body, as far as tests look at it. */
export interface ReceivedAlert {
  readonly status: string;
  readonly fingerprint: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Received {
  readonly body: { readonly version: string; readonly status: string; readonly alerts: readonly ReceivedAlert[] };
  readonly at: number;
}

/** What stands behind a webhook: keeps what it is sent. */
export class WebhookReceiver {
  /** Everything that was sent, oldest first, whatever was answered. */
  readonly received: Received[] = [];
  /** What it answers with; null: nothing, the request hangs. */
  answer: number | null = 200;

  private constructor(
    private readonly server: Server,
    private readonly released: () => void,
  ) {}

  /** Listens on a free port; `close()` must follow. */
  static async open(): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver: WebhookReceiver = new WebhookReceiver(
      server,
      mustBeReleased('a webhook receiver', () => receiver.close()),
    );
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(parts).toString()) as Received['body'];
        receiver.received.push({ body, at: Date.now() });
        if (receiver.answer !== null) response.writeHead(receiver.answer).end('thank you');
      });
    });
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** The alerts of everything that was sent, for one service. */
  alertsOf(service: string): ReceivedAlert[] {
    return this.received.flatMap(({ body }) => body.alerts).filter(({ labels }) => labels['service'] === service);
  }

  async close(): Promise<void> {
    this.released();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
