import { ApiError } from './api-error';

/** One wrong parameter, as an entry of `details`. */
export interface WrongParameter {
  readonly parameter: string;
  /** As it was sent; undefined where it is missing. */
  readonly given?: unknown;
  /** What it may be: `a whole number from 1 to 5000`. */
  readonly allowed: string;
}

/** The one error for any number of wrong parameters; its message tells of each. */
export class InvalidParameters extends ApiError {
  constructor(readonly wrong: readonly WrongParameter[]) {
    super('invalid_parameter', wrong.map(sentence).join('; '), wrong);
  }
}

function sentence({ parameter, given, allowed }: WrongParameter): string {
  return given === undefined
    ? `${parameter} is missing; allowed: ${allowed}`
    : `${parameter}: ${shortened(JSON.stringify(given))} is not allowed; allowed: ${allowed}`;
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
