import { eventually } from '../../../test/support/eventually';
import { memoryTelemetry } from '../../../test/support/http-app';
import type { AlertDocument } from '../../alerts/alert-documents';
import type { ClaimedNotice } from '../../alerts/alert-outbox';
import { AlertEvents } from '../../telemetry/alert-events';
import { Notifier } from './notifier';
import type { PostJson } from './webhook';

const NOW = 1_795_428_000_000_000;
const ALERT: AlertDocument = {
  ...{ _id: '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708', fingerprint: '5f0c1d2e3a4b6978', rule: 'error', service: 'shop' },
  ...{ status: 'firing', open: true, since: NOW, after: 0, lastSeen: NOW, heldUntil: NOW, peak: 10, threshold: 10 },
  ...{ window: 60_000_000, startsAt: NOW, endsAt: null, lines: [], outbox: ['firing'], attempts: 0, sentAt: {} },
};

/** A notifier with one notice to send, and what it says of it to the outbox. */
function aNotifier(post: PostJson, graceMs: number): { notifier: Notifier; said: string[] } {
  const due: ClaimedNotice[] = [{ alert: ALERT, status: 'firing', attempts: 0, isTakenOver: false }];
  const said: string[] = [];
  const outbox = {
    claim: async () => due.shift() ?? null,
    sent: async () => said.push('sent') > 0,
    givenUp: async () => said.push('given up') > 0,
    giveBack: async (_notice: ClaimedNotice, _claimant: string, _dueAt: number, failed: boolean) =>
      void said.push(failed ? 'failed' : 'given back'),
  };
  const events = new AlertEvents(memoryTelemetry());
  return { notifier: new Notifier(outbox, post, 'http://127.0.0.1:3000', events, () => NOW, graceMs), said };
}

it('lets a notice arrive that is on its way at a stop, so that nobody sends it again', async () => {
  let arrive = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  let posts = 0;
  const post: PostJson = async (_body, signal) => {
    posts++;
    await arrived;
    signal.throwIfAborted();
  };
  const { notifier, said } = aNotifier(post, 60_000);
  notifier.wake();
  await eventually(() => posts === 1);
  const stopping = notifier.stop();
  notifier.wake();
  arrive();
  await stopping;
  expect([said, posts]).toEqual([['sent'], 1]);
});

it('gives a notice back that is not taken within the grace of a stop', async () => {
  const post: PostJson = (_body, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('cut off'))));
  const { notifier, said } = aNotifier(post, 20);
  notifier.wake();
  await notifier.stop();
  expect(said).toEqual(['given back']);
});
