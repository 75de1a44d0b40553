import type { Severity } from '../log/severity';

/** A pack on its way. */
export interface SealedPack {
  readonly service: string;
  readonly severity: Severity;
  readonly count: number;
  readonly body: Buffer;
  /** Null: whoever sends it gives it one. */
  readonly id: string | null;
}
