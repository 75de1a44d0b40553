import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { InvalidParameters, type WrongParameter } from './invalid-parameters';

/**
 * The global pipe: makes the declared class of whatever a route takes and refuses what breaks its rules, naming each
 * wrong parameter, what was given and what is allowed. Query parameters besides: unknown ones are refused, one that is
 * declared as a list always arrives as a list (`?service=a` too), and one that is not may be given once.
 */
@Injectable()
export class RequestValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (errors) => new InvalidParameters(errors.flatMap((error) => wrongParameters(error))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isWholeQuery = metadata.type === 'query' && metadata.data === undefined && this.toValidate(metadata);
    return isWholeQuery ? this.query(value ?? {}, metadata) : this.validated(value, metadata);
  }

  private async query(sent: object, metadata: ArgumentMetadata): Promise<unknown> {
    try {
      return await this.validated(checkedQuery(sent, metadata.metatype), metadata);
    } catch (error) {
      throw error instanceof InvalidParameters ? asSent(error, new Map<string, unknown>(Object.entries(sent))) : error;
    }
  }

  private async validated(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const result: unknown = await super.transform(value, metadata);
    return result;
  }
}

/** The rules saw what the text was made into (NaN, say); people know what they sent. */
function asSent({ wrong }: InvalidParameters, sent: ReadonlyMap<string, unknown>): InvalidParameters {
  return new InvalidParameters(
    wrong.map((one) => (sent.has(one.parameter) ? { ...one, given: sent.get(one.parameter) } : one)),
  );
}

function checkedQuery(sent: object, metatype: ArgumentMetadata['metatype']): Record<string, unknown> {
  const declared = declaredParameters(metatype);
  const given = Object.entries(sent);
  const wrong = given.flatMap(([name, one]) => misuse(name, one, declared));
  if (wrong.length > 0) throw new InvalidParameters(wrong);
  return Object.fromEntries(given.map(([name, one]) => [name, declared.get(name) === 'list' ? [one].flat() : one]));
}

function misuse(
  name: string,
  given: unknown,
  declared: ReadonlyMap<string, 'list' | 'one' | 'either'>,
): WrongParameter[] {
  const kind = declared.get(name);
  if (kind === undefined) return [{ parameter: name, given, allowed: knownNames([...declared.keys()]) }];
  if (kind === 'one' && Array.isArray(given)) return [{ parameter: name, given, allowed: 'to be given once' }];
  return [];
}

function knownNames(names: readonly string[]): string {
  return names.length === 0 ? 'no parameters at all' : `only the parameters ${names.join(', ')}`;
}

/** The properties of a class that have rules, and by their declared types whether each is a list. */
function declaredParameters(metatype: ArgumentMetadata['metatype']): ReadonlyMap<string, 'list' | 'one' | 'either'> {
  if (metatype === undefined) return new Map();
  const prototype: unknown = metatype.prototype;
  const rules = getMetadataStorage().getTargetValidationMetadatas(metatype, '', true, false);
  return new Map(rules.map(({ propertyName }) => [propertyName, kindOf(prototype, propertyName)]));
}

function kindOf(prototype: unknown, property: string): 'list' | 'one' | 'either' {
  if (typeof prototype !== 'object' || prototype === null) return 'either';
  const type: unknown = Reflect.getMetadata('design:type', prototype, property);
  if (type === Array) return 'list';
  return type === Object || type === undefined ? 'either' : 'one';
}

/** The wrong parameters of a tree of errors: `filter.fields.0` for what is nested in a body. */
function wrongParameters(error: ValidationError, parent = ''): WrongParameter[] {
  const parameter = parent + error.property;
  const children = (error.children ?? []).flatMap((child) => wrongParameters(child, `${parameter}.`));
  const rules = Object.entries(error.constraints ?? {});
  if (rules.length === 0) return children;
  const given: unknown = error.value;
  return [
    { parameter, ...(given === undefined ? {} : { given }), allowed: allowedBy(rules, error.property) },
    ...children,
  ];
}

/** The rules that were broken, as what is allowed: `limit must be an integer number` gives `an integer number`. */
function allowedBy(rules: readonly (readonly [string, string])[], property: string): string {
  const texts = rules.map(([rule, message]) =>
    rule === 'whitelistValidation' ? 'no such field' : asAllowed(message, property),
  );
  return [...new Set(texts)].reverse().join(', ');
}

function asAllowed(message: string, property: string): string {
  const rest = message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
  return rest.replace(/^must (not )?be /, (_whole, not: string | undefined) => not ?? '');
}
