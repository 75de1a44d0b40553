import { eventually } from '../test/support/eventually';
import type { WebhookReceiver } from '../test/support/webhook-receiver';
import { ascending } from './percentile';

const TOLD_WITHIN_MS = 60_000;

/**
 * Waits until the webhook was called with an alert of every service, and resolves with how long each took, ms, ascending.
 *
 * @param sentAt when the errors of each service were sent, ms since the Unix epoch.
 */
export async function alertDelays(sentAt: ReadonlyMap<string, number>, webhook: WebhookReceiver): Promise<number[]> {
  const areTold = (): Map<string, number> | null => {
    const told = firstTold(webhook.received);
    return [...sentAt.keys()].every((service) => told.has(service)) ? told : null;
  };
  const describe = `an alert of each of ${sentAt.size} services`;
  const toldAt = await eventually(areTold, { timeoutMs: TOLD_WITHIN_MS, intervalMs: 100, describe });
  return ascending(Array.from(sentAt, ([service, at]) => (toldAt.get(service) ?? NaN) - at));
}

/** When each service was first told of as firing, ms since the Unix epoch. */
function firstTold(received: WebhookReceiver['received']): Map<string, number> {
  const told = new Map<string, number>();
  for (const { body, at } of received) {
    for (const { status, labels } of body.alerts) {
      const service = labels['service'];
      if (status === 'firing' && service !== undefined && !told.has(service)) told.set(service, at);
    }
  }
  return told;
}
