import {
  atLeast,
  guessSeverity,
  isSeverityWord,
  parseSeverity,
  SEVERITIES,
  severitiesFrom,
  wordsFor,
} from './severity';

describe('parseSeverity', () => {
  it.each([
    [
      'trace',
      ['trace', 'TRACE', 'Trace', 'trc', 'trce', 'verbose', 'Verbose', 'VRB', 'silly', 'finest', 'V', 10, '10'],
    ],
    ['debug', ['debug', 'DBG', 'dbug', 'Debug', 'fine', 'D', 'D1', 'D5', 7, '7', 20, '20', 100]],
    ['info', ['info', 'INF', 'information', 'Information', 'notice', 'http', 'MARK', 'I', 5, 6, '6', 30, 35, 200, 250]],
    ['warn', ['warn', 'WARNING', 'Warning', 'wrn', 'W', 4, '4', 40, 300]],
    ['error', ['error', 'err', 'ERR', 'eror', 'SEVERE', 'fail', 'E', 3, '3', 50, 400]],
    [
      'fatal',
      ['fatal', 'FTL', 'crit', 'critical', 'alert', 'emerg', 'panic', 'F', 0, 1, 2, '0', 60, '60', 500, 550, 600],
    ],
  ] as const)('reads as %s: %j', (severity, spellings) => {
    for (const spelling of spellings) expect([spelling, parseSeverity(spelling)]).toEqual([spelling, severity]);
  });

  it.each(['', ' ', 'AUDIT', 'information!', '8', '9', '99', '200', '-1', 'warn error', '__proto__', 'constructor'])(
    'does not know the word %j',
    (word) => expect(parseSeverity(word)).toBeNull(),
  );

  it.each([8, 9, 9.9, 70, 99, 150, 700, -1, NaN, Infinity])('does not know the number %d', (number) => {
    expect(parseSeverity(number)).toBeNull();
  });

  it('does not mind white space around a word', () => {
    expect(parseSeverity(' Error\n')).toBe('error');
  });
});

describe('a severity in colour', () => {
  it.each(['\u001b[31merror\u001b[39m', '\u001b[1;31mERROR\u001b[0m'])('is read: %j', (word) =>
    expect(parseSeverity(word)).toBe('error'),
  );
  it('is found in text, behind whatever many colours', () => {
    const text = `${'\u001b[0m\u001b[32m'.repeat(20)}web | \u001b[31m\u001b[1mWARNING: slow\u001b[0m`;
    expect(guessSeverity(text)).toBe('warn');
  });
});

describe('order', () => {
  it('goes from trace to fatal', () => {
    expect(severitiesFrom('trace')).toEqual(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
    expect(severitiesFrom('error')).toEqual(['error', 'fatal']);
  });

  it('has each severity at least as bad as those before it', () => {
    SEVERITIES.forEach((severity, rank) =>
      SEVERITIES.forEach((floor, floorRank) => expect(atLeast(severity, floor)).toBe(rank >= floorRank)),
    );
  });
});

describe('wordsFor', () => {
  it('gives every word that is read as one of the severities, and no other', () => {
    const words = wordsFor(severitiesFrom('warn'));
    expect(words).toEqual(expect.arrayContaining(['warn', 'wrn', '4', 'error', 'e', 'ftl', '40', '50', '55', '60']));
    expect(words.filter((word) => !atLeast(parseSeverity(word) ?? 'trace', 'warn'))).toEqual([]);
    expect(words.filter((word) => wordsFor(['trace', 'debug', 'info']).includes(word))).toEqual([]);
  });
});

describe('isSeverityWord', () => {
  it.each(['error', 'WARN', 'Info', '3', '30'])('is beyond doubt: %s', (word) =>
    expect(isSeverityWord(word)).toBe(true),
  );
  it.each(['http', 'Log', 'config', 'alert', 'E', 'shop', ''])('may be the name of a service: %j', (word) =>
    expect(isSeverityWord(word)).toBe(false),
  );
});

describe('guessSeverity', () => {
  it.each([
    ['[ERROR] disk full', 'error'],
    ['2026/11/23 10:00:00 level=warning msg="slow"', 'warn'],
    ['Nov 23 10:00:00 host kernel: Panic: not syncing', 'fatal'],
    ['081109 203615 148 INFO dfs.DataNode: done, no error', 'info'],
    ['E1127 18:00:59.123456       1 reflector.go:147] connection refused', 'error'],
    ['I1127 18:00:59.123456 71 pod.go:7] a container ended with an error', 'info'],
    ['11-27 18:00:59.123  1234  1250 W PackageManager: error of a package', 'warn'],
  ])('finds in %j: %s', (text, severity) => expect(guessSeverity(text)).toBe(severity));

  it.each(['', 'terrorist', 'error_code=0', 'http log alert config', `${'x '.repeat(100)}error`, 'E1127 of E1127'])(
    'finds nothing in %j',
    (text) => expect(guessSeverity(text)).toBeNull(),
  );
});
