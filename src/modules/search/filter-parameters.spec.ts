import { InvalidParameters } from '../../http/invalid-parameters';
import { SEVERITIES } from '../../log/severity';
import { type GivenFilter, readFilter } from './filter-parameters';

describe('readFilter', () => {
  it('asks for everything when nothing is given', () => {
    expect(readFilter({})).toEqual({ services: null, severities: SEVERITIES, text: null, attributes: [] });
  });

  it.each<[GivenFilter, unknown]>([
    [{ service: ['a'] }, { services: ['a'] }],
    [{ service: ['a', ' b '] }, { services: ['a', 'b'] }],
    [{ service: ['a.b #*', '😀'] }, { services: ['a.b #*', '😀'] }],
    [{ service: ['x'.repeat(2_000)] }, { services: ['x'.repeat(1_024)] }],
    [{ severity: ['error'] }, { severities: ['error'] }],
    [{ severity: ['fatal,error', 'WARN'] }, { severities: ['warn', 'error', 'fatal'] }],
    [{ severity: ['err', 'crit', 'warning', '7'] }, { severities: ['debug', 'warn', 'error', 'fatal'] }],
    [{ severity: ['error', 'error', 'err'] }, { severities: ['error'] }],
    [{ severity: ['error, fatal'] }, { severities: ['error', 'fatal'] }],
    [{ minSeverity: 'warning' }, { severities: ['warn', 'error', 'fatal'] }],
    [{ minSeverity: 'trace' }, { severities: SEVERITIES }],
    [{ severity: ['info,error'], minSeverity: 'warn' }, { severities: ['error'] }],
    [{ severity: ['info'], minSeverity: 'warn' }, { severities: [] }],
    [
      { q: 'a -"b c"' },
      {
        text: [
          { words: ['a'], isExcluded: false },
          { words: ['b', 'c'], isExcluded: true },
        ],
      },
    ],
    [{ attribute: ['a=1'] }, { attributes: [{ name: 'a', values: ['1'] }] }],
    [{ attribute: ['a=1=2'] }, { attributes: [{ name: 'a', values: ['1=2'] }] }],
    [{ attribute: ['a='] }, { attributes: [{ name: 'a', values: [''] }] }],
    [{ attribute: ['a=!~<>'] }, { attributes: [{ name: 'a', values: ['!~<>'] }] }],
    [{ attribute: ['__proto__=x'] }, { attributes: [{ name: '__proto__', values: ['x'] }] }],
    [
      { attribute: ['a=1', 'b=2', 'a=3'] },
      {
        attributes: [
          { name: 'a', values: ['1', '3'] },
          { name: 'b', values: ['2'] },
        ],
      },
    ],
  ])('reads %j', (given, expected) => expect(readFilter(given)).toMatchObject(expected as object));

  it.each<[GivenFilter, string, string, RegExp]>([
    [{ service: [''] }, 'service', '', /name of a service/],
    [{ service: ['a', '  '] }, 'service', '  ', /name of a service/],
    [{ severity: ['loud'] }, 'severity', 'loud', /^trace, debug, info, warn, error, fatal, or an alias/],
    [{ severity: ['error,'] }, 'severity', '', /trace/],
    [{ minSeverity: 'warn,error' }, 'minSeverity', 'warn,error', /trace/],
    [{ q: '' }, 'q', '', /no word/],
    [{ q: '!!' }, 'q', '!!', /no word/],
    [{ q: '"open' }, 'q', '"open', /quote is not closed/],
    [{ attribute: ['a'] }, 'attribute', 'a', /name=value/],
    [{ attribute: ['=1'] }, 'attribute', '=1', /name=value/],
    [{ attribute: ['a!=1'] }, 'attribute', 'a!=1', /! ~ < >, which are reserved/],
    [{ attribute: ['a~=1'] }, 'attribute', 'a~=1', /reserved/],
    [{ attribute: ['a<=1'] }, 'attribute', 'a<=1', /reserved/],
    [{ attribute: ['a>b=1'] }, 'attribute', 'a>b=1', /reserved/],
  ])('refuses %j', (filter, parameter, given, allowed) => {
    expect(() => readFilter(filter)).toThrow(InvalidParameters);
    try {
      readFilter(filter);
    } catch (error) {
      expect(error).toMatchObject({ wrong: [{ parameter, given, allowed: expect.stringMatching(allowed) }] });
    }
  });
});
