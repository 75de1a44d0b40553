import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { examples } from '../../http/parameter-examples';
import type { Order } from '../../log/log-query';
import { SEVERITIES } from '../../log/severity';
import type { GroupBy } from '../../storage/read-histogram';
import { INTERVAL_ALLOWED } from './histogram-interval';
import { DEFAULT_LIMIT, MAX_LIMIT } from './page-parameters';

const Text = (description: string, example: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, examples: examples('', example), type: String }),
    IsOptional(),
    IsString(),
  );

export const Texts = (description: string, example: string[]): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, examples: examples([], example), type: [String] }),
    IsOptional(),
    IsString({ each: true }),
  );

const OneOf = (description: string, allowed: readonly string[], fallback: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, enum: allowed, default: fallback, example: fallback }),
    IsOptional(),
    IsIn(allowed, { message: `must be one of ${allowed.join(', ')}` }),
  );

/** Digits as a number; all else as it is, so that the rules refuse it: `Number` would read `1e2`, `0x10` and ` 5` too. */
function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

/** A whole number of records or letters a page. */
export const Limit = (description: string, max: number, fallback: number): PropertyDecorator => {
  const message = `must be a whole number from 1 to ${max}`;
  return applyDecorators(
    ApiPropertyOptional({
      description,
      type: 'integer',
      minimum: 1,
      maximum: max,
      default: fallback,
      example: fallback,
    }),
    IsOptional(),
    Transform(({ value }: { value: unknown }) => wholeNumber(value)),
    IsInt({ message }),
    Min(1, { message }),
    Max(max, { message }),
  );
};

/** The `nextCursor` of the page before. */
export const Cursor = (description: string, example: string): PropertyDecorator => Text(description, example);

const Service = (): PropertyDecorator =>
  Texts('Only records of this service. Repeat the parameter for several: any of them.', ['checkout', 'payments']);

const SeverityList = (): PropertyDecorator =>
  Texts(
    `Only records of this severity: ${SEVERITIES.join(', ')}, or an alias (\`warning\`, \`err\`, \`critical\`, syslog's ` +
      '0 to 7). A comma list, or repeat the parameter: any of them.',
    ['error,fatal'],
  );

const MinSeverity = (): PropertyDecorator => Text('Only records of this severity or a worse one.', 'warn');

/** What every search takes. */
class RangeQuery {
  @Text(
    'Only records from this time on, inclusive: ISO 8601 (without a zone: UTC), or how long ago: `15m`, `2h`, `7d`. ' +
      'Default: 24 h before `to`, or before now.',
    '2h',
  )
  from?: string;

  @Text(
    'Only records before this time, exclusive; the same forms. Default: no end, as records may be up to 24 h ahead.',
    '2026-11-23T10:00:00+01:00',
  )
  to?: string;

  @Text(
    'Words that a record must hold, in its body or the value of an attribute, in any case: `declined`, `"a phrase"`, ' +
      '`-without`. A term that is several words (`10.0.0.1`, `a:b`) is a phrase. All terms must hold.',
    'card -"test order"',
  )
  q?: string;

  @Texts(
    'Only records with this attribute, `name=value`. Repeat the parameter: values of one name are alternatives, ' +
      'different names must all hold. Names with `! ~ < >` are reserved.',
    ['host.name=web-1', 'region=eu'],
  )
  attribute?: string[];
}

/** What `GET /logs/:service/:severity` takes: all but what stands in its path. */
export class SeverityLogsQuery extends RangeQuery {
  @OneOf('`desc`: newest first; `asc`: oldest first.', ['desc', 'asc'] satisfies Order[], 'desc')
  order?: Order;

  @Limit('Records a page at most; a page also ends at 16 MiB.', MAX_LIMIT, DEFAULT_LIMIT)
  limit?: number;

  @Cursor(
    'The `nextCursor` of the page before, together with the same filters and order. It pins `from` and `to`, which may ' +
      'be repeated or left out.',
    '1WzE3OTU0MjgwMDAwMDAwMDAsbnVsbCwiIiwiIiwiN2Q4NGE5MTJlM2NiMjAwNCIsMTc5NTQyODAwMDAwMDAwMF0',
  )
  cursor?: string;
}

/** What `GET /logs/:service` takes. */
export class ServiceLogsQuery extends SeverityLogsQuery {
  @SeverityList()
  severity?: string[];

  @MinSeverity()
  minSeverity?: string;
}

/** What `GET /api/v1/logs` takes. */
export class LogsQuery extends ServiceLogsQuery {
  @Service()
  service?: string[];
}

const GROUPS = ['severity', 'service', 'none'] satisfies GroupBy[];

/** What `GET /api/v1/logs/histogram` takes. */
export class HistogramQuery extends RangeQuery {
  @Service()
  service?: string[];

  @SeverityList()
  severity?: string[];

  @MinSeverity()
  minSeverity?: string;

  @ApiPropertyOptional({
    description: `Length of a bucket: ${INTERVAL_ALLOWED}. Buckets begin at multiples of it since 1970, UTC.`,
    type: String,
    default: 'auto',
    example: 'auto',
  })
  @IsOptional()
  @IsString()
  interval?: string;

  @OneOf('What the counts of a bucket are told apart by.', GROUPS, 'severity')
  groupBy?: GroupBy;
}
