import { percentDecoded } from '../../config/percent-decoded';

/** A webhook that does not answer within this time has not taken the notice, ms. Well below the lease of a notice. */
const TIMEOUT_MS = 10_000;
const REDIRECTS = [301, 302, 303, 307, 308];

/** Sends a body to a webhook; resolves once it was taken. */
export type PostJson = (body: object, signal: AbortSignal) => Promise<void>;

/**
 * Posts JSON to a URL. User and password of the URL become an `Authorization` header, as fetch takes none in a URL.
 * Rejects when there is no answer in time, or another one than 2xx. A redirect is not followed: fetch would ask for most
 * of them without the body, and take the page of a login for a notice that was taken.
 */
export function webhookAt(url: string, timeoutMs = TIMEOUT_MS): PostJson {
  const target = new URL(url);
  const headers: Record<string, string> = { 'content-type': 'application/json', 'user-agent': 'logwarren' };
  if (target.username !== '' || target.password !== '') {
    const credentials = `${percentDecoded(target.username)}:${percentDecoded(target.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
    target.username = '';
    target.password = '';
  }
  return async (body, signal) => {
    const answer = await fetch(target, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.body?.cancel(); // frees the connection; nothing in the answer matters
    const { ok, status } = answer;
    const hint = REDIRECTS.includes(status) ? ', a redirect: set ALERT_WEBHOOK_URL to where it leads' : '';
    if (!ok) throw new Error(`the webhook answered ${status}${hint}`);
  };
}
