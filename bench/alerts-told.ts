import type { WebhookReceiver } from '../test/support/webhook-receiver';

/** When each service was first told of as firing, ms since the Unix epoch. */
export function firstTold(received: WebhookReceiver['received']): Map<string, number> {
  const told = new Map<string, number>();
  for (const { body, at } of received) {
    for (const { status, labels } of body.alerts) {
      const service = labels['service'];
      if (status === 'firing' && service !== undefined && !told.has(service)) told.set(service, at);
    }
  }
  return told;
}
