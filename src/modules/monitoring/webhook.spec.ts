import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookAt } from './webhook';

let server: Server;
let answer: number | null = 200;
const headers: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    headers.push(request.headers);
    request.resume();
    const status = request.url === '/there' ? 200 : answer;
    if (status !== null) response.writeHead(status, { location: '/there' }).end('x'.repeat(100_000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const address = (user = ''): string => `http://${user}127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
const never = new AbortController().signal;

it('posts JSON, with the credentials of the URL', async () => {
  answer = 202;
  await webhookAt(address('me:p%40ss@'))({ a: 1 }, never);
  expect(headers.at(-1)).toMatchObject({
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
  });
});

it.each([400, 404, 429, 500, 503])('rejects on %i', async (status) => {
  answer = status;
  await expect(webhookAt(address())({}, never)).rejects.toThrow(`the webhook answered ${status}`);
});

it.each([301, 302, 303, 307, 308])('rejects on %i, however well the place answers that it leads to', async (status) => {
  answer = status;
  await expect(webhookAt(address())({}, never)).rejects.toThrow(
    `answered ${status}, a redirect: set ALERT_WEBHOOK_URL`,
  );
});

it('takes a password as it stands that is no percent-encoding', async () => {
  answer = 200;
  await webhookAt(address('me:100%@'))({}, never);
  expect(headers.at(-1)).toMatchObject({ authorization: `Basic ${Buffer.from('me:100%').toString('base64')}` });
});

it('rejects when there is no answer in time', async () => {
  answer = null;
  await expect(webhookAt(address(), 50)({}, never)).rejects.toThrow(/timeout/i);
});

it('rejects at once when it is to stop', async () => {
  answer = null;
  const stopping = new AbortController();
  const posted = webhookAt(address())({}, stopping.signal);
  stopping.abort(new Error('stopping'));
  await expect(posted).rejects.toThrow('stopping');
});
