import type { RejectReason } from '../../log/reject';

/** Why something sent in will be no record. */
export interface RefusedItem {
  readonly reason: RejectReason;
  /** What is wrong, for a person. */
  readonly message: string;
}

/** Tells a refusal from what would otherwise be there, a record or a draft, neither of which has a reason. */
export function isRefused(item: object): item is RefusedItem {
  return 'reason' in item;
}
