/** Why something is no stored record; the reason of a dead letter and the code of a rejected item of `/ingest`. */
export type RejectReason = 'malformed' | 'empty' | 'count_mismatch' | 'message_too_large' | 'too_old' | 'store_refused';

/** Something in a message that will never be a stored record. */
export interface Reject {
  /** The record's place in its message; -1 when the whole message is meant. */
  readonly index: number;
  readonly reason: RejectReason;
  /** What is wrong, for a person. */
  readonly message: string;
  readonly bytes: Buffer;
}
