import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidParameters } from '../../../http/invalid-parameters';
import type { PackKey } from '../../../log/pack-key';
import { DAY_US, MAX_AHEAD_US, MILLISECOND_US } from '../../../log/timestamp';
import { uuidBytes, uuidTime } from '../../../log/uuid';
import type { RetentionPolicy } from '../../../log/retention-policy';

/** What a client calls a request by, so that it may be sent again and is stored once. */
export interface IdempotencyKey {
  /** The UUIDv7, in lower case. */
  readonly uuid: string;
  /** The time within it, microseconds: the time of reading of every try. */
  readonly time: number;
}

/** After so many bytes of a body others get their turn. */
const TURN_BYTES = 4 * 1024 * 1024;
const NAME = 'Idempotency-Key';

/**
 * The key of a request, null when it has none. Throws {@link InvalidParameters} for one that is no UUIDv7, or whose time
 * lies before the end of retention, where what was stored is no longer known, or more than a day ahead.
 */
export function idempotencyKeyOf(
  headers: IncomingHttpHeaders,
  retention: RetentionPolicy,
  now: number,
): IdempotencyKey | null {
  const given = headers['idempotency-key'];
  if (given === undefined) return null;
  // The header's draft standard writes it as a structured field, in quotes; most clients leave them out.
  const uuid = String(given)
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
  const bytes = uuidBytes(uuid);
  const time = bytes === null ? null : uuidTime(bytes);
  if (time === null) throw new InvalidParameters([{ parameter: NAME, given, allowed: 'a UUID of version 7' }]);
  if (time < now - retention.days * DAY_US || time > now + MAX_AHEAD_US) {
    const allowed = `a UUID of version 7 whose time is at most ${retention.days} days ago and at most a day ahead`;
    throw new InvalidParameters([{ parameter: NAME, given, allowed }]);
  }
  return { uuid, time };
}

/** What the packs of a request get their ids from: its key, and its body, in case a client uses a key for two requests. */
export async function packKeyOf({ uuid, time }: IdempotencyKey, body: Buffer): Promise<PackKey> {
  const hash = createHash('sha256');
  for (let start = 0; start < body.length; start += TURN_BYTES) {
    hash.update(body.subarray(start, start + TURN_BYTES));
    await nextTurn();
  }
  return { timeMs: Math.floor(time / MILLISECOND_US), seed: `request ${uuid} ${hash.digest('hex')}` };
}
