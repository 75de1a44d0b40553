/** What a person should know of an embedded MongoDB. */
export type MongoNotice =
  /** The store was at its bound: the oldest documents are gone. `from` and `to` are the first and last of what they were ordered by. */
  | {
      readonly type: 'evicted';
      readonly namespace: string;
      readonly count: number;
      readonly bytes: number;
      readonly from: number;
      readonly to: number;
    }
  /** The saved data could not be used; it was set aside under `movedTo`, and the store began empty. */
  | { readonly type: 'load refused'; readonly file: string; readonly movedTo: string; readonly error: unknown }
  /** The data could not be saved: what was written since the last save is lost. */
  | { readonly type: 'save failed'; readonly file: string; readonly error: unknown }
  /** What a client sent is not the protocol. */
  | { readonly type: 'connection refused'; readonly remote: string; readonly reason: string }
  /** Something failed through a fault of this server: a command, a connection, its housekeeping. */
  | { readonly type: 'fault'; readonly error: unknown };
