/** A client that sends numbered lines to `/ingest` and remembers what it was told of each. */
export class IngestClient {
  /** How often each line was sent; a line that was refused outright, before anything was published, does not count. */
  readonly attempts = new Map<string, number>();
  readonly confirmed = new Set<string>();

  constructor(
    private readonly url: string,
    private readonly batchLines: number,
  ) {}

  /** Sends lines `from` to `to` (exclusive), a batch after the other, each until it is confirmed. */
  async send(from: number, to: number): Promise<void> {
    for (let start = from; start < to; start += this.batchLines) {
      const bodies = Array.from({ length: Math.min(this.batchLines, to - start) }, (_, i) => `line-${start + i}`);
      while (!(await this.sendOnce(bodies))) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async sendOnce(bodies: readonly string[]): Promise<boolean> {
    const time = new Date().toISOString();
    const lines = bodies.map((body, i) => `${time} service-${i % 7} ${i % 5 === 0 ? 'ERROR' : 'INFO'} ${body}`);
    const answer = await fetch(`${this.url}/ingest`, { method: 'POST', body: lines.join('\n') }).catch(() => null);
    const isRefused = answer !== null && [429, 503].includes(answer.status) && !(await isUnknown(answer));
    if (!isRefused) for (const body of bodies) this.attempts.set(body, (this.attempts.get(body) ?? 0) + 1);
    if (answer?.status !== 200) return false;
    for (const body of bodies) this.confirmed.add(body);
    return true;
  }
}

/** A 503 that came too late to know: what was sent may be stored all the same. */
async function isUnknown(answer: Response): Promise<boolean> {
  return /unknown/i.test(await answer.text());
}

/** What broke the promise, a line each: confirmed lines that are not there once, others there more often than sent. */
export function brokenPromises(client: IngestClient, stored: ReadonlyMap<string, number>): string[] {
  const problems: string[] = [];
  for (const [body, attempts] of client.attempts) {
    const times = stored.get(body) ?? 0;
    const isConfirmed = client.confirmed.has(body);
    if (isConfirmed && times === 0) problems.push(`${body} was confirmed and is lost`);
    if (times > (isConfirmed && attempts === 1 ? 1 : attempts))
      problems.push(`${body}: ${times} times after ${attempts} attempts`);
  }
  for (const body of stored.keys()) if (!client.attempts.has(body)) problems.push(`${body} was never sent`);
  return problems;
}
