import {
  bearerToken,
  brokerUrl,
  duration,
  flag,
  globs,
  list,
  oneOf,
  optional,
  optionalText,
  origins,
  url,
  webUrl,
  wholeNumber,
} from './variables';

describe('wholeNumber', () => {
  const read = wholeNumber(0, 100);
  it.each([
    ['0', 0],
    ['100', 100],
    ['007', 7],
  ])('reads %j', (text, value) => expect(read(text)).toBe(value));
  it.each(['', ' ', '-1', '101', '1.5', '1e1', '0x10', '10s', 'ten', 'NaN', 'Infinity', '１'])('refuses %j', (text) =>
    expect(() => read(text)).toThrow('must be a whole number from 0 to 100'),
  );
});

describe('flag', () => {
  it.each(['true', 'TRUE', '1', 'yes', 'on'])('%j is true', (text) => expect(flag(text)).toBe(true));
  it.each(['false', 'False', '0', 'no', 'off', ''])('%j is false', (text) => expect(flag(text)).toBe(false));
  it.each(['2', 'y', 'enabled'])('refuses %j', (text) => expect(() => flag(text)).toThrow('must be true or false'));
});

describe('oneOf', () => {
  const read = oneOf(['info', 'warn']);
  it('gives the word itself', () => expect(read('warn')).toBe('warn'));
  it.each(['', 'INFO', 'infos'])('refuses %j', (text) => expect(() => read(text)).toThrow('must be one of info, warn'));
});

describe('list', () => {
  it.each([
    ['', []],
    [' , ', []],
    ['a', ['a']],
    [' a , b c ,', ['a', 'b c']],
  ])('reads %j', (text, items) => expect(list(text)).toEqual(items));
  it('cannot be changed', () => expect(Object.isFrozen(list('a,b'))).toBe(true));
});

describe('globs', () => {
  it.each([
    ['', []],
    [' /a/*.log , b ,', ['/a/*.log', 'b']],
    ['/var/log/{a,b}/*.log,c', ['/var/log/{a,b}/*.log', 'c']],
    ['{a,b},{c,d}.log', ['{a,b}', '{c,d}.log']],
    ['a{,b', ['a{', 'b']],
  ])('reads %j', (text, items) => expect(globs(text)).toEqual(items));
});

describe('origins', () => {
  it.each([
    ['', []],
    ['*', ['*']],
    ['https://a.example, http://127.0.0.1:8080,', ['https://a.example', 'http://127.0.0.1:8080']],
    ['chrome-extension://abcdef', ['chrome-extension://abcdef']],
  ])('reads %j', (text, items) => expect(origins(text)).toEqual(items));
  it.each([
    'a.example',
    'https://a.example/',
    'https://a.example/ui',
    'https://A.example',
    'https://a.example:443',
    'https://*.a.example/',
    'https://',
  ])('refuses %j, which no browser sends', (text) => expect(() => origins(text)).toThrow('must be origins such as'));
});

describe('url', () => {
  const read = url(['mongodb', 'mongodb+srv']);
  it.each(['mongodb://127.0.0.1:27017/db', 'mongodb://u:p@a:1,b:2/db?replicaSet=r', 'mongodb+srv://host'])(
    'takes %j as it is',
    (text) => expect(read(text)).toBe(text),
  );
  it.each(['', 'mongodb://', 'mongodb', 'amqp://host', 'http://mongodb://x', 'mongodb://a b'])('refuses %j', (text) =>
    expect(() => read(text)).toThrow('must be a URL that begins with mongodb:// or mongodb+srv://'),
  );
});

describe('optionalText', () => {
  it('is null when there is none', () => expect([optionalText(''), optionalText('x')]).toEqual([null, 'x']));
});

describe('bearerToken', () => {
  it.each(['secret', 'dGVzdA==', 'a-b._~+/:!'])('takes %j as it is', (text) => expect(bearerToken(text)).toBe(text));
  it.each(['', 'correct horse', 'a\tb', 'schlüssel'])('refuses %j, which no request could carry', (text) =>
    expect(() => bearerToken(text)).toThrow('must be letters, digits and punctuation of ASCII, without spaces'),
  );
});

describe('brokerUrl', () => {
  it.each(['amqp://mq', 'amqps://me:100%@mq:5671/%2F', 'amqp://me:a%2Fb@[::1]/x?heartbeat=5'])('takes %s', (text) =>
    expect(brokerUrl(text)).toBe(text),
  );

  it.each(['amqp://me:a/b@mq', 'amqp://me:a#b@mq', 'amqp://mq:99999', 'amqp://', 'http://mq'])('refuses %s', (text) =>
    expect(() => brokerUrl(text)).toThrow(/^must be a/),
  );
});

describe('webUrl', () => {
  it.each(['http://127.0.0.1:3000', 'https://u:p@host/path?a=b'])('takes %j as it is', (text) =>
    expect(webUrl(text)).toBe(text),
  );
  it.each(['', 'ftp://host', 'http://', 'http://:80', 'https://host:port'])('refuses %j', (text) =>
    expect(() => webUrl(text)).toThrow(/^must be a/),
  );
});

describe('duration', () => {
  const read = duration(1, 3_600);
  it.each([
    ['1s', 1_000],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
  ])('reads %j', (text, ms) => expect(read(text)).toBe(ms));
  it.each(['', '60', '0s', '61m', '2h', '1.5m', '-1s', '5 m', '1d'])('refuses %j', (text) =>
    expect(() => read(text)).toThrow('must be a duration such as 90s, 5m or 1h, from 1s to 3600s'),
  );
});

describe('optional', () => {
  const read = optional(webUrl);
  it('is null when there is none, and otherwise what was asked for', () => {
    expect([read(''), read('http://x')]).toEqual([null, 'http://x']);
    expect(() => read('x')).toThrow('must be a URL');
  });
});
