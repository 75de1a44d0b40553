import { isRotatedName, possibleBases } from './rotated-name';

describe('isRotatedName', () => {
  it.each([
    ['/v/app.log', '/v/app.log.1'],
    ['/v/app.log', '/v/app.log.12.gz'],
    ['/v/app.log', '/v/app.log-20261123'],
    ['/v/app.log', '/v/app.log.2026-11-23_10-00-00.gz'],
    ['/v/app.log', '/v/app.log.old'],
    ['/v/app.log', '/v/app.log.gz'],
    ['/v/app.log', '/v/app.1.log'],
    ['/v/app.log', '/v/app-2026-11-23.log'],
    ['/v/app.log', '/v/app-20261123.log.gz'],
    ['/v/syslog', '/v/syslog.1'],
  ])('%s: %s was it', (base, path) => {
    expect(isRotatedName(base, path)).toBe(true);
    expect(possibleBases(path)).toContain(base);
  });

  it.each([
    ['/v/app.log', '/v/app.log'],
    ['/v/app.log', '/w/app.log.1'],
    ['/v/app.log', '/v/app.log2'],
    ['/v/app.log', '/v/app-error.log'],
    ['/v/app.log', '/v/app-1.log'],
    ['/v/app.log', '/v/app.log.lock'],
    ['/v/app.log', '/v/other.log.1'],
    ['/v/app', '/v/app.log'],
  ])('%s: %s was not', (base, path) => {
    expect(isRotatedName(base, path)).toBe(false);
    expect(possibleBases(path)).not.toContain(base);
  });
});
