import { messageUuid, type WireMessage } from '../../log/wire-message';

/** Messages remembered at least, and twice as many at most: a few MB. */
const REMEMBERED = 20_000;

/**
 * Which messages this monitor has seen lately. A source that cannot know whether a pack arrived sends it again under the
 * same id, and MonitoringQueue, which knows nothing of ids, may hold both: collectors store it once, and it counts once.
 */
export class SeenMessages {
  private latest = new Set<string>();
  private earlier = new Set<string>();

  constructor(private readonly remembered = REMEMBERED) {}

  /** Whether it is to be counted: it has not been seen, or has no UUID that would tell. */
  isNew(message: WireMessage): boolean {
    const id = messageUuid(message)?.toString('latin1');
    if (id === undefined) return true;
    if (this.latest.has(id) || this.earlier.has(id)) return false;
    if (this.latest.size >= this.remembered) {
      this.earlier = this.latest;
      this.latest = new Set();
    }
    this.latest.add(id);
    return true;
  }
}
