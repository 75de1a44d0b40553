import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { type Chunk, CHUNKS } from './chunk';
import { StoreDatabase } from './store-database';

/** The chunks, for whoever reads, merges or expires them. Collectors add to them through {@link LogStore}. */
@Injectable()
export class ChunkCollection {
  readonly native: mongo.Collection<Chunk>;

  constructor({ db }: StoreDatabase) {
    this.native = db.collection<Chunk>(CHUNKS);
  }
}
