import { Injectable } from '@nestjs/common';
import { Readiness } from '../telemetry/readiness';
import type { StoreDatabase } from './store-database';

/** The part of `/health/ready` that speaks of MongoDB; from before the first connection stands. */
@Injectable()
export class StoreReadiness {
  private database: StoreDatabase | null = null;

  constructor(readiness: Readiness) {
    readiness.add('store', () => this.missing());
  }

  /** From now on MongoDB itself is asked. */
  opened(database: StoreDatabase): void {
    this.database = database;
  }

  private async missing(): Promise<string | null> {
    if (this.database === null) return 'MongoDB was not reached yet, or its collections are not in place';
    return (await this.database.isReachable()) ? null : 'MongoDB cannot be reached or takes no writes';
  }
}
