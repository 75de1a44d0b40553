import fc from 'fast-check';
import { anySeverity, anyText } from '../../test/support/arbitrary-logs';
import { parseLineForm } from './line-form';
import { isSeverityWord } from './severity';
import { formatTimestamp } from './timestamp';

describe('parseLineForm', () => {
  it.each([
    ['2026-11-23 10:00:00 shop INFO hello', 'shop', 'info', 'hello'],
    ['2026-11-23 10:00:00.123 shop warn  two spaces', 'shop', 'warn', ' two spaces'],
    ['2026-11-23T10:00:00Z shop.cart Error x y z', 'shop.cart', 'error', 'x y z'],
    ['2026-11-23T10:00:00+01:00 shop crit x', 'shop', 'fatal', 'x'],
    ['2026-11-23T10:00:00.1 shop 30 pino', 'shop', 'info', 'pino'],
    ['2026-11-23 10:00:00 http INFO a service may be called so', 'http', 'info', 'a service may be called so'],
    ['2026-11-23 10:00:00 shop ERROR', 'shop', 'error', ''],
    ['2026-11-23 10:00:00 shop ERROR ', 'shop', 'error', ''],
    ['2026-11-23 10:00:00 shop INFO first\nsecond', 'shop', 'info', 'first\nsecond'],
    ['2026-11-23 10:00:00 büro😀#* INFO \0', 'büro😀#*', 'info', '\0'],
  ])('reads %j', (line, service, severity, body) =>
    expect(parseLineForm(line)).toMatchObject({ service, severity, body }),
  );

  it('keeps a word in capitals that is no severity', () => {
    const line = parseLineForm('2026-11-23 10:00:00 shop AUDIT_LOG login');
    expect(line).toMatchObject({ service: 'shop', severity: null, severityText: 'AUDIT_LOG', body: 'login' });
  });

  it.each([
    ['no time', 'hello world'],
    ['empty', ''],
    ['a time alone', '2026-11-23 10:00:00'],
    ['no severity', '2026-11-23 10:00:00 shop'],
    ['a comma as decimal sign', '2026-11-23 10:00:00,123 shop INFO x'],
    ['a dash for the service', '2015-07-29 17:41:44 - INFO [main] x'],
    ['a severity where the service stands', '2026-11-23 10:00:00 INFO ERROR x'],
    ['a number of severity where the service stands', '2026-11-23 10:00:00 3 INFO x'],
    ['free text after the time', '2026-11-23 10:00:00 starting the shop now'],
    ['a capital alone', '2026-11-23 10:00:00 shop A x'],
    ['two spaces before the service', '2026-11-23 10:00:00  shop INFO x'],
    ['two spaces before the severity', '2026-11-23 10:00:00 shop  INFO x'],
    ['a zone as a word of its own', '2026-11-23 10:00:00 +0100 INFO x'],
    ['no day of the calendar', '2026-02-30 10:00:00 shop INFO x'],
    ['a date only', '2026-11-23 shop INFO x'],
    ['white space before', ' 2026-11-23 10:00:00 shop INFO x'],
    ['brackets', '2026-11-23 10:00:00 [shop] [INFO] x'],
  ])('is none: %s', (_why, line) => expect(parseLineForm(line)).toBeNull());

  it('reads back every line put together from its parts', () => {
    const word = anyText.filter((text) => /^[^ ]+$/.test(text) && text !== '-' && !isSeverityWord(text));
    const instant = fc.integer({ min: 0, max: 4_102_444_800_000_000 });
    fc.assert(
      fc.property(instant, word, anySeverity, anyText, (timestamp, service, severity, body) => {
        const line = `${formatTimestamp(timestamp)} ${service} ${severity.toUpperCase()} ${body}`;
        expect(parseLineForm(line)).toMatchObject({ time: { timestamp }, service, severity, body });
      }),
    );
  });

  it('never throws, and loses nothing of a line but its separators', () => {
    const words = fc.constantFrom('2026-11-23', '10:00:00', 'T10:00:00Z', 'shop', 'INFO', 'AUDIT', '-', '', '\n', '😀');
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (parts) => {
        const line = parts.join(' ');
        const parsed = parseLineForm(line);
        if (parsed === null) return;
        const { timeText, service, severityText, body } = parsed;
        expect([`${timeText} ${service} ${severityText}`, `${timeText} ${service} ${severityText} ${body}`]).toContain(
          line,
        );
      }),
    );
  });
});
