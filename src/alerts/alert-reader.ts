import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { orUnavailable } from '../storage/store-unavailable';
import { AlertDatabase } from './alert-database';
import { type AlertDocument, ALERTS } from './alert-documents';
import type { AlertStatus } from './alert-state';

/** Which alerts are asked for; empty lists mean any. */
export interface AlertQuery {
  readonly statuses: readonly AlertStatus[];
  readonly services: readonly string[];
  readonly limit: number;
  readonly cursor: string | null;
}

export interface AlertPage {
  readonly alerts: readonly AlertDocument[];
  /** What to ask the next page with; null: there is none. */
  readonly nextCursor: string | null;
}

/** A cursor that {@link AlertReader.list} did not give. */
export class AlertCursorInvalid extends Error {
  override readonly name = 'AlertCursorInvalid';
}

/** The first character names the format; another layout gets another digit. */
const CURSOR = /^1([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Reads alerts, current and past. */
@Injectable()
export class AlertReader {
  constructor(private readonly database: AlertDatabase) {}

  /**
   * A page of at most `limit`, the alert that began last first. One that begins meanwhile appears on no later page; none
   * comes twice. Rejects with {@link AlertCursorInvalid}, and with StoreUnavailable while MongoDB is away.
   */
  async list({ statuses, services, limit, cursor }: AlertQuery): Promise<AlertPage> {
    const before = cursor === null ? null : CURSOR.exec(cursor)?.[1];
    if (before === undefined) throw new AlertCursorInvalid('no cursor of the alerts');
    const filter: mongo.Filter<AlertDocument> = {
      ...(statuses.length > 0 && { status: { $in: [...statuses] } }),
      ...(services.length > 0 && { service: { $in: [...services] } }),
      ...(before !== null && { _id: { $lt: before } }),
    };
    const found = await orUnavailable(
      this.database
        .collection<AlertDocument>(ALERTS)
        .find(filter)
        .sort({ _id: -1 })
        .limit(limit + 1)
        .toArray(),
    );
    const alerts = found.slice(0, limit);
    const last = alerts.at(-1);
    return { alerts, nextCursor: found.length > limit && last !== undefined ? `1${last._id}` : null };
  }
}
