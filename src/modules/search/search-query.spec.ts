import { InvalidParameters } from '../../http/invalid-parameters';
import { RequestValidation } from '../../http/validation';
import { LogsQuery } from './search-query';

const read = (query: Record<string, unknown>): Promise<unknown> =>
  new RequestValidation().transform(query, { type: 'query', metatype: LogsQuery });

describe('limit', () => {
  it.each([
    ['1', 1],
    ['0100', 100],
    ['5000', 5000],
  ])('reads %s', async (limit, expected) => expect(await read({ limit })).toMatchObject({ limit: expected }));

  it.each(['0', '5001', '', 'ten', '1.5', '-1', '+5', ' 5', '5 ', '1e2', '0x10', '0b1', 'Infinity', '١'])(
    'refuses %j, saying what is allowed',
    async (limit) => {
      const refusal = read({ limit });
      await expect(refusal).rejects.toThrow(InvalidParameters);
      await expect(refusal).rejects.toThrow(
        `limit: ${JSON.stringify(limit)} is not allowed; allowed: a whole number from 1 to 5000`,
      );
    },
  );
});
