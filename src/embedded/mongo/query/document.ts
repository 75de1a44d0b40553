/**
 * A BSON document as `bson` decodes it with `promoteValues: false`, so that every value keeps its type: Int32, Double,
 * Long, Binary (UUID among them), Date, ObjectId, Timestamp, RegExp ... `undefined` is a field that is not there.
 * Nothing in this folder changes a document that it was given; results share the parts that did not change.
 */
export type Document = Record<string, unknown>;

/** What a command brings along for those of its parts that depend on more than the document. */
export interface QueryContext {
  /** `$$NOW` and `$currentDate`: one time for the whole command. */
  readonly now: Date;
}
