import { hideSecrets } from './hide-secrets';

/** What a part of the process still misses, for people (`RabbitMQ at 127.0.0.1:5672 cannot be reached`); null: nothing. */
export type ReadinessCheck = () => string | null | Promise<string | null>;

/** What {@link Readiness.check} found: every part by name, with null or what it misses. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** Whether the process is on its way out, so that it is not ready whatever its parts say. */
  readonly isStopping: boolean;
  readonly parts: Readonly<Record<string, string | null>>;
}

/**
 * Whether this process can do its work: its parts are reachable and its consumers registered. Modules contribute their
 * checks; `/health/ready` asks. It lives here, not in http, because roles without an API contribute too.
 */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private isStopping = false;

  /** @param timeoutMs how long one check may take before its part counts as missing. */
  constructor(private readonly timeoutMs = 2_000) {}

  /** Adds the check of a part; a second one of the same name is a mistake in the wiring and throws. */
  add(name: string, check: ReadinessCheck): void {
    if (this.checks.has(name)) throw new Error(`readiness: "${name}" has a check already`);
    this.checks.set(name, check);
  }

  /** From now on the process is not ready: whoever sends it requests should turn to others. */
  stop(): void {
    this.isStopping = true;
  }

  /** Runs all checks at once. Never rejects: a check that fails or takes too long tells so as what its part misses. */
  async check(): Promise<ReadinessReport> {
    const parts = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await this.missing(check)] as const),
    );
    const { isStopping } = this;
    const ready = !isStopping && parts.every(([, missing]) => missing === null);
    return { ready, isStopping, parts: Object.fromEntries(parts) };
  }

  private async missing(check: ReadinessCheck): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${this.timeoutMs} ms`), this.timeoutMs);
    });
    try {
      return await Promise.race([check(), timeout]);
    } catch (error) {
      return hideSecrets(error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
    }
  }
}
