import { Controller, Get, Query } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, ValidateNested } from 'class-validator';
import { type HttpApp, startHttpApp } from '../../test/support/http-app';
import { NoParameters } from './no-parameters';
import { RequestValidation } from './validation';

class SearchParameters {
  @IsOptional()
  @IsString({ each: true })
  service?: string[];

  @IsOptional()
  @IsIn(['asc', 'desc'], { message: 'asc, desc' })
  order?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(5_000)
  limit?: number;

  @IsOptional()
  @Matches(/^[a-z]+$/)
  q?: string | string[];
}

class Needed {
  @IsString()
  name: string;
}

class Rule {
  @IsString()
  name: string;

  @IsOptional()
  @IsBoolean()
  enabled?: boolean;
}

class RuleBody {
  @ValidateNested()
  @Type(() => Rule)
  rule: Rule;
}

@Controller()
class Taking {
  @Get('search')
  search(@Query() parameters: SearchParameters): object {
    return { ...parameters };
  }

  @Get('none')
  @NoParameters()
  none(): object {
    return {};
  }

  @Get('needed')
  needed(@Query() parameters: Needed): object {
    return { ...parameters };
  }

  @Get('raw')
  raw(@Query() parameters: Record<string, unknown>): object {
    return { entries: Object.entries(parameters) };
  }
}

let app: HttpApp;
beforeAll(async () => {
  app = await startHttpApp([Taking]);
});
afterAll(() => app.close());

const get = async (path: string): Promise<[number, Record<string, unknown>]> => {
  const response = await fetch(app.url + path);
  return [response.status, parsed(await response.text())];
};

function parsed(text: string): Record<string, unknown> {
  const body: Record<string, unknown> = JSON.parse(text);
  return body;
}

describe('query parameters that are accepted', () => {
  it.each([
    ['/search', {}],
    ['/search?service=a', { service: ['a'] }],
    ['/search?service=a&service=b', { service: ['a', 'b'] }],
    ['/search?service=', { service: [''] }],
    ['/search?limit=5&order=asc', { limit: 5, order: 'asc' }],
    ['/search?service=50%', { service: ['50%'] }],
    ['/search?service=caf%C3%A9+au+lait', { service: ['café au lait'] }],
    ['/search?service=%EF%BF%BD', { service: ['\uFFFD'] }],
    ['/search?q=abc', { q: 'abc' }],
    ['/none', {}],
  ])('%s', async (path, expected) => {
    expect(await get(path)).toEqual([200, expected]);
  });

  it('are all there, however many they are', async () => {
    const services = Array.from({ length: 1_500 }, (_, index) => index.toString(36));
    const [status, body] = await get(`/raw?${services.map((name) => `s=${name}`).join('&')}`);
    expect([status, body]).toEqual([200, { entries: [['s', services]] }]);
  });
});

const known = 'only the parameters service, order, limit, q';

describe('query parameters that are refused', () => {
  it.each<[string, object[]]>([
    ['/search?sevice=a', [{ parameter: 'sevice', given: 'a', allowed: known }]],
    ['/search?a[b]=c', [{ parameter: 'a[b]', given: 'c', allowed: known }]],
    ['/search?__proto__=x', [{ parameter: '__proto__', given: 'x', allowed: known }]],
    [
      '/search?constructor=x&toString=y',
      [
        { parameter: 'constructor', given: 'x', allowed: known },
        { parameter: 'toString', given: 'y', allowed: known },
      ],
    ],
    ['/search?service[]=a', [{ parameter: 'service[]', given: 'a', allowed: known }]],
    ['/search?Service=a', [{ parameter: 'Service', given: 'a', allowed: known }]],
    ['/search?limit=1&limit=2', [{ parameter: 'limit', given: ['1', '2'], allowed: 'to be given once' }]],
    ['/search?order=up', [{ parameter: 'order', given: 'up', allowed: 'asc, desc' }]],
    ['/search?limit=0', [{ parameter: 'limit', given: '0', allowed: 'not less than 1' }]],
    ['/search?limit=5001', [{ parameter: 'limit', given: '5001', allowed: 'not greater than 5000' }]],
    [
      '/search?limit=ten',
      [{ parameter: 'limit', given: 'ten', allowed: 'an integer number, not less than 1, not greater than 5000' }],
    ],
    [
      '/search?limit=0&order=up',
      [
        { parameter: 'order', given: 'up', allowed: 'asc, desc' },
        { parameter: 'limit', given: '0', allowed: 'not less than 1' },
      ],
    ],
    ['/needed', [{ parameter: 'name', allowed: 'a string' }]],
    ['/none?x=1', [{ parameter: 'x', given: '1', allowed: 'no parameters at all' }]],
    ['/search?service=%FF', [{ parameter: 'service', given: '\uFFFD', allowed: 'percent-encoded UTF-8' }]],
  ])('%s', async (path, details) => {
    const [status, body] = await get(path);
    expect([status, body.code, body.details]).toEqual([400, 'invalid_parameter', details]);
    expect(body.message).toContain('allowed');
  });

  it('are told in a sentence', async () => {
    const [, { message }] = await get('/search?limit=0&order=up');
    expect(message).toBe(
      'order: "up" is not allowed; allowed: asc, desc; limit: "0" is not allowed; allowed: not less than 1',
    );
  });

  it('are not repeated at full length', async () => {
    const [, { message }] = await get(`/search?order=${'x'.repeat(5_000)}`);
    expect(String(message).length).toBeLessThan(300);
  });
});

it('gives a route without a class what was sent, names of Object included, and no objects', async () => {
  expect(await get('/raw?a[b]=c&__proto__=d&e=1&e=2&f')).toEqual([
    200,
    {
      entries: [
        ['a[b]', 'c'],
        ['__proto__', 'd'],
        ['e', ['1', '2']],
        ['f', ''],
      ],
    },
  ]);
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

describe('a body', () => {
  const validated = (body: unknown) => new RequestValidation().transform(body, { type: 'body', metatype: RuleBody });

  it('arrives as its class', async () => {
    const body = await validated({ rule: { name: 'x', enabled: true } });
    expect(body).toBeInstanceOf(RuleBody);
    expect(body).toEqual({ rule: { name: 'x', enabled: true } });
  });

  it('is told where it is wrong, however deep', async () => {
    await expect(validated({ rule: { name: 1, colour: 'red' } })).rejects.toMatchObject({
      code: 'invalid_parameter',
      details: [
        { parameter: 'rule.colour', given: 'red', allowed: 'no such field' },
        { parameter: 'rule.name', given: 1, allowed: 'a string' },
      ],
    });
  });
});
