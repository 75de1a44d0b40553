import { parseRoles } from './roles';
import { chooseServers, isUsed, parseServers, type ServerWishes } from './servers';

const NONE: readonly [] = [];

describe('isUsed', () => {
  it.each([
    ['rabbitmq', 'source', true],
    ['rabbitmq', 'collector', true],
    ['rabbitmq', 'monitoring', true],
    ['rabbitmq', 'search,retention', false],
    ['mongodb', 'source', false],
    ['mongodb', 'source,search', true],
    ['mongodb', 'collector', true],
    ['mongodb', 'monitoring', true],
    ['mongodb', 'retention', true],
  ] as const)('%s by %s: %j', (server, roles, expected) => expect(isUsed(server, parseRoles(roles))).toBe(expected));
});

describe('parseServers', () => {
  it.each([
    ['', []],
    ['mongodb', ['mongodb']],
    [' mongodb , rabbitmq,mongodb', ['rabbitmq', 'mongodb']],
  ])('reads %j', (text, servers) => expect(parseServers(text)).toEqual(servers));

  it.each(['mongo', 'rabbitmq,redis', 'all', 'true'])('refuses %j and says what is allowed', (text) =>
    expect(() => parseServers(text)).toThrow('must be one or more of rabbitmq, mongodb, comma-separated, or empty'),
  );
});

describe('chooseServers', () => {
  const choose = (wishes: Partial<ServerWishes>, roles = 'all') =>
    chooseServers({ roles: parseRoles(roles), isProduction: false, named: NONE, given: NONE, ...wishes });

  it.each<[string, string, Partial<ServerWishes>, string[]]>([
    ['both where there is nothing', 'all', {}, ['rabbitmq', 'mongodb']],
    ['the one without a URL', 'all', { given: ['rabbitmq'] }, ['mongodb']],
    ['none where both have a URL', 'all', { given: ['rabbitmq', 'mongodb'] }, []],
    ['none in production with both URLs', 'all', { given: ['rabbitmq', 'mongodb'], isProduction: true }, []],
    [
      'what is named, in production too',
      'all',
      { named: ['rabbitmq', 'mongodb'], isProduction: true },
      ['rabbitmq', 'mongodb'],
    ],
    ['what is named, beside a URL', 'all', { named: ['mongodb'], given: ['rabbitmq'] }, ['mongodb']],
    ['what is named, for a single role', 'source', { named: ['rabbitmq'] }, ['rabbitmq']],
    ['what is named, for other processes', 'search', { named: ['rabbitmq', 'mongodb'] }, ['rabbitmq', 'mongodb']],
    ['none that its roles do not use: search', 'search,retention', { given: ['mongodb'] }, []],
    ['none that its roles do not use: source', 'source', { given: ['rabbitmq'], isProduction: true }, []],
  ])('embeds %s', (_caption, roles, wishes, embedded) =>
    expect(choose(wishes, roles)).toEqual({ embedded, problems: [] }),
  );

  it.each<[string, string, Partial<ServerWishes>, RegExp[]]>([
    [
      'both in production',
      'all',
      { isProduction: true },
      [
        /^RABBITMQ_URL: not set, with NODE_ENV=production; set it, or name rabbitmq in EMBEDDED/,
        /^MONGODB_URI: .*name mongodb/,
      ],
    ],
    ['one in production', 'all', { isProduction: true, given: ['mongodb'] }, [/^RABBITMQ_URL: /]],
    ['a broker that no collector reads', 'source', {}, [/^RABBITMQ_URL: not set, and ROLE is not all.*EMBEDDED/]],
    ['a store of its own for a search', 'search', {}, [/^MONGODB_URI: not set, and ROLE is not all/]],
    ['all roles but one', 'source,collector,monitoring,search', {}, [/^RABBITMQ_URL: /, /^MONGODB_URI: /]],
    [
      'what is neither named nor given',
      'all',
      { named: ['mongodb'] },
      [/^RABBITMQ_URL: .*EMBEDDED names only mongodb/],
    ],
    [
      'what is both named and given',
      'all',
      { named: ['rabbitmq', 'mongodb'], given: ['rabbitmq', 'mongodb'] },
      [/^EMBEDDED: names rabbitmq, and RABBITMQ_URL is set too; unset/, /^EMBEDDED: names mongodb, and MONGODB_URI/],
    ],
  ])('refuses %s', (_caption, roles, wishes, problems) => {
    const found = choose(wishes, roles).problems;
    expect(found).toHaveLength(problems.length);
    for (const [i, problem] of problems.entries()) expect(found[i]).toMatch(problem);
  });
});
