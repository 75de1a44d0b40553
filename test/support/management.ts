/**
 * One request to RabbitMQ's management HTTP API.
 *
 * @param base the API's address with credentials, without `/api`.
 * @returns the parsed answer, undefined when it is empty.
 * @throws Error with method, path, status and answer when the status is not 2xx.
 */
export async function manage(base: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const { origin, username, password } = new URL(base);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const answer = await fetch(`${origin}/api${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
      connection: 'close', // one that was kept may have been closed meanwhile, and only a GET is sent again
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`management API: ${method} ${path} -> ${answer.status} ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
