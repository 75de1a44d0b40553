/** The codes of mongod that this folder answers with, by their names (src/mongo/base/error_codes.yml of MongoDB 6). */
const CODES = {
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  NoSuchKey: 4,
  NotSingleValueField: 54,
  ImmutableField: 66,
  InvalidOptions: 72,
  EmptyFieldName: 56,
  DollarPrefixedFieldName: 52,
  InvalidPipelineOperator: 168,
  ConversionFailure: 241,
  CannotIndexParallelArrays: 171,
  NotImplemented: 238,
} as const;

type QueryErrorName = keyof typeof CODES;

/**
 * What a query, an update or an expression is refused with: mongod's own code and, where drivers or people may look at
 * it, its own words. A server answers it as `{ ok: 0, code, codeName, errmsg }` or as a write error.
 */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: number;
  readonly codeName: string;

  /** @param kind a name from the table, or a bare number for the codes that mongod gives no name ("Location40323"). */
  constructor(
    readonly kind: QueryErrorName | number,
    message: string,
  ) {
    super(message);
    this.code = typeof kind === 'number' ? kind : CODES[kind];
    this.codeName = typeof kind === 'number' ? `Location${kind}` : kind;
  }
}

/** For what mongod can do and this server cannot: a refusal that names it is better than a wrong answer. */
export function notImplemented(what: string): QueryError {
  return new QueryError('NotImplemented', `${what} is not implemented by the embedded server`);
}
