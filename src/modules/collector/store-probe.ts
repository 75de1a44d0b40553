import { Injectable } from '@nestjs/common';
import { StoreDatabase } from '../../storage/store-database';

const PROBE_EVERY_MS = 2_000;

/** Asks the store whether it is there. */
@Injectable()
export class StoreProbe {
  constructor(private readonly database: StoreDatabase) {}

  /** Resolves once the store can be reached and takes writes. */
  async untilReachable(): Promise<void> {
    while (!(await this.database.isReachable())) await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
  }
}
