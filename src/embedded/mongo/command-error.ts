/** The codes of mongod that commands are answered with, by their names (src/mongo/base/error_codes.yml of MongoDB 6). */
const CODES = {
  BadValue: 2,
  NoSuchKey: 4,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  InvalidLength: 16,
  InvalidBSON: 22,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  WriteConflict: 112,
  InvalidPipelineOperator: 168,
  CannotIndexParallelArrays: 171,
  AmbiguousIndexKeyPattern: 181,
  InvalidIndexSpecificationOption: 197,
  QueryFeatureNotAllowed: 224,
  TransactionTooOld: 225,
  NotImplemented: 238,
  SnapshotTooOld: 239,
  ConversionFailure: 241,
  SnapshotUnavailable: 246,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  OperationNotSupportedInTransaction: 263,
  UnsupportedOpQueryCommand: 352,
  BSONObjectTooLarge: 10_334,
  DuplicateKey: 11_000,
  OutOfDiskSpace: 14_031,
} as const;

type CommandErrorName = keyof typeof CODES;

/**
 * What a command, one of the statements of a write, a filter, an update or an expression is refused with: the code, name
 * and fields that mongod gives and, where drivers or people may look at them, its own words.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  readonly codeName: string;

  /**
   * @param kind a name from the table, or a bare number for the codes that mongod gives no name ("Location40415")
   * @param fields further fields of the answer, such as `keyPattern`
   */
  constructor(
    readonly kind: CommandErrorName | number,
    message: string,
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = typeof kind === 'number' ? kind : CODES[kind];
    this.codeName = typeof kind === 'number' ? `Location${kind}` : kind;
  }
}

/** For what mongod can do and this server cannot: a refusal that names it is better than a wrong answer. */
export function notImplemented(what: string): CommandError {
  return new CommandError('NotImplemented', `${what} is not implemented by the embedded server`);
}

const TRANSIENT = new Set(['WriteConflict', 'SnapshotTooOld', 'SnapshotUnavailable', 'NoSuchTransaction']);

/** Whether it ends a whole transaction, which the client may begin anew. */
export function isTransient({ codeName }: CommandError): boolean {
  return TRANSIENT.has(codeName);
}
