/** A record as the API gives it. */
export interface ApiRecord {
  readonly id: string;
  readonly timestamp: string;
  readonly service: string;
  readonly severity: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An answer of `GET /api/v1/logs`. */
export interface LogsAnswer {
  readonly records: readonly ApiRecord[];
  readonly nextCursor: string | null;
  readonly partial: { readonly reason: string } | null;
}

/** Asks the API at `url`; parameters given as an array are repeated. Throws Error with the answer unless it is a 200. */
export async function ask<T>(
  url: string,
  path: string,
  parameters: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, given] of Object.entries(parameters)) {
    for (const value of typeof given === 'string' ? [given] : given) query.append(name, value);
  }
  const answer = await fetch(`${url}${path}?${query.toString()}`);
  if (answer.status !== 200) throw new Error(`${path}?${query.toString()}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Every record that matches, page by page, in the order of the answers. */
export async function everyRecord(
  url: string,
  parameters: Readonly<Record<string, string | readonly string[]>>,
): Promise<ApiRecord[]> {
  const records: ApiRecord[] = [];
  let cursor: string | null = null;
  do {
    const page: LogsAnswer = await ask(url, '/api/v1/logs', { ...parameters, ...(cursor === null ? {} : { cursor }) });
    records.push(...page.records);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return records;
}
