import { type ModelDefinition, raw } from '@nestjs/mongoose';
import { Schema } from 'mongoose';
import { CHUNKS } from './chunk';

/*
 * What the collections hold and how they are indexed, as Mongoose models. `ensure-collections.ts` makes the indexes named
 * here, at the start of every role that uses the store. What runs for every chunk uses the native collection under its
 * model: hydrating documents would cost more than reading them.
 */

export const DEAD_LETTERS = 'dead_letters';
export const HEARTBEATS = 'heartbeats';
export const LEASES = 'leases';

const OPTIONS = { autoIndex: false, autoCreate: false, bufferCommands: false, versionKey: false, id: false } as const;

const chunkSchema = new Schema(
  raw({
    _id: Schema.Types.Buffer,
    version: Number,
    level: Number,
    service: String,
    severity: String,
    span: String,
    from: Number,
    to: Number,
    count: Number,
    bytes: Number,
    minutes: Schema.Types.Buffer,
    codec: String,
    blocks: [Schema.Types.Mixed],
    parts: { type: [Schema.Types.Buffer], default: undefined },
  }),
  { ...OPTIONS, collection: CHUNKS },
)
  .index({ span: 1, service: 1, severity: 1, to: -1 })
  .index({ span: 1, severity: 1, to: -1 })
  .index({ span: 1, to: -1 })
  .index({ parts: 1 }, { unique: true, sparse: true });

const deadLetterSchema = new Schema(
  raw({
    _id: String,
    at: Date,
    reason: String,
    message: String,
    routingKey: String,
    headers: String,
    body: Schema.Types.Buffer,
    bodyLength: Number,
    sha256: String,
  }),
  { ...OPTIONS, collection: DEAD_LETTERS },
).index({ at: -1, _id: -1 });

const heartbeatSchema = new Schema(
  raw({
    _id: String,
    at: Number,
    oldestInHand: Number,
    newestDelivered: Number,
    ready: Number,
    inHand: Number,
    seenAt: Date,
  }),
  { ...OPTIONS, collection: HEARTBEATS },
);

const leaseSchema = new Schema(raw({ _id: String, owner: String, expiresAt: Date }), {
  ...OPTIONS,
  collection: LEASES,
});

// Each has its type from here: in one literal the compiler would compare the types of the schemas, which takes it seconds.
const chunk: ModelDefinition = { name: 'Chunk', schema: chunkSchema };
const deadLetter: ModelDefinition = { name: 'DeadLetter', schema: deadLetterSchema };
const heartbeat: ModelDefinition = { name: 'Heartbeat', schema: heartbeatSchema };
const lease: ModelDefinition = { name: 'Lease', schema: leaseSchema };

export const MODELS: readonly ModelDefinition[] = [chunk, deadLetter, heartbeat, lease];
