import { serialiseError } from './serialise-error';

describe('serialiseError', () => {
  it('shows a code and leaves out whatever else hangs on the error', () => {
    const error = Object.assign(new Error('E11000'), { code: 11000, writeErrors: [{ document: 'a log of a user' }] });
    expect(serialiseError(error)).toEqual({ type: 'Error', message: 'E11000', code: 11000, stack: error.stack });
  });

  it('ends where a chain of causes bites its tail', () => {
    const error = new Error('first');
    error.cause = new Error('second', { cause: error });
    expect(JSON.stringify(serialiseError(error)).match(/"message"/g)).toHaveLength(6);
  });

  it('shows the first few of an AggregateError', () => {
    const errors = Array.from({ length: 20 }, (_, index) => new Error(`refused ${index}`));
    expect(serialiseError(new AggregateError(errors, 'all refused')).errors?.map(({ message }) => message)).toEqual(
      [0, 1, 2, 3, 4].map((index) => `refused ${index}`),
    );
  });

  it.each([
    ['text', 'gone', { type: 'string', message: 'gone' }],
    ['an object', { a: 1 }, { type: 'object', message: '{ a: 1 }' }],
    ['nothing', undefined, { type: 'undefined', message: 'undefined' }],
    ['null', null, { type: 'object', message: 'null' }],
  ])('takes %s that was thrown', (_caption, thrown, expected) => {
    expect(serialiseError(thrown)).toEqual(expected);
  });

  it('takes an object that is no JSON', () => {
    const thrown: Record<string, unknown> = {};
    thrown.self = thrown;
    expect(serialiseError(thrown)).toEqual({ type: 'object', message: expect.any(String) });
  });
});
