import { ApiError } from './api-error';
import type { ReadinessReport } from '../telemetry/readiness';

/** One part that is missing, as an entry of `details`. */
interface MissingPart {
  readonly part: string;
  readonly missing: string;
}

/** The parts of a report that miss something. */
function missingParts({ parts }: ReadinessReport): MissingPart[] {
  return Object.entries(parts).flatMap(([part, missing]) => (missing === null ? [] : [{ part, missing }]));
}

/** What is said of a running process that is not ready. */
export function notReady(report: ReadinessReport): ApiError {
  const missing = missingParts(report);
  if (report.isStopping) return new ApiError('not_ready', 'stopping: send requests to other processes', missing);
  return new ApiError('not_ready', `not ready: ${sentence(missing)}`, missing);
}

/** What is said of a process whose application is not up yet. */
export function starting(report: ReadinessReport): ApiError {
  if (report.isStopping) return notReady(report);
  const missing = missingParts(report);
  return new ApiError(
    'not_ready',
    missing.length === 0 ? 'starting: waiting for the application' : `starting: waiting for ${sentence(missing)}`,
    missing,
  );
}

function sentence(missing: readonly MissingPart[]): string {
  return missing.map((one) => `${one.part} (${one.missing})`).join(', ');
}
