import { parseRoles, ROLES } from './roles';

describe('parseRoles', () => {
  it.each([
    ['all', ROLES],
    ['source', ['source']],
    ['retention,source', ['source', 'retention']],
    [' search , collector ', ['collector', 'search']],
    ['search,search', ['search']],
    ['all,search', ROLES],
    ['source,', ['source']],
    ['source,collector,monitoring,search,retention', ROLES],
  ])('reads %j', (text, roles) => expect(parseRoles(text)).toEqual(roles));

  it.each(['colector', 'source,colector', 'all,colector', 'Source', ',', 'source collector', 'constructor'])(
    'refuses %j and says what is allowed',
    (text) =>
      expect(() => parseRoles(text)).toThrow(
        'must be all, or one or more of source, collector, monitoring, search, retention, comma-separated',
      ),
  );
});
