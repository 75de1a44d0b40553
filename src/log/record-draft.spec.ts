import { emptyAttributes, NO_ATTRIBUTES } from './log-record';
import { draftOfText, isUsableTime, type RecordDraft, settle } from './record-draft';
import { DAY_US } from './timestamp';

const NOW = 1_795_399_938_000_000;
const time = { timestamp: NOW, precision: 1 };
const draft = (given: Partial<RecordDraft>): RecordDraft => ({ ...draftOfText('x', NO_ATTRIBUTES), ...given });
const attributesOf = (given: Partial<RecordDraft>, isOwnTime = true): object => ({
  ...settle(draft(given), { timestamp: NOW, isOwnTime }).attributes,
});

describe('settle', () => {
  it('fills every gap', () => {
    expect(settle(draft({ body: null }), { timestamp: NOW, isOwnTime: false })).toEqual({
      timestamp: NOW,
      service: 'unknown',
      severity: 'info',
      body: '',
      attributes: NO_ATTRIBUTES,
    });
  });

  it('prefers what the draft says to what it is filled with', () => {
    const said = draft({ service: 'shop', severity: 'error', severityText: 'ERR' });
    const record = settle(said, { timestamp: NOW, isOwnTime: true, service: 'other', severity: 'debug' });
    expect(record).toMatchObject({ service: 'shop', severity: 'error', attributes: {} });
  });

  it('takes what it is filled with where the draft says nothing', () => {
    const record = settle(draft({}), { timestamp: NOW, isOwnTime: true, service: 'other', severity: 'debug' });
    expect(record).toMatchObject({ service: 'other', severity: 'debug' });
  });

  it.each([
    ['an unknown severity', { severityText: 'AUDIT' }, { severity_text: 'AUDIT' }],
    [
      'an unknown severity, replaced by another source',
      { severity: 'error', severityText: 'AUDIT' },
      { severity_text: 'AUDIT' },
    ],
    ['no empty severity', { severityText: '' }, {}],
    ['no known severity', { severity: 'warn', severityText: 'Warning' }, {}],
  ] as const)('keeps %s', (_what, given, attributes) => expect(attributesOf(given)).toEqual(attributes));

  it('keeps a time that was not used, and only that', () => {
    expect(attributesOf({ time, timeText: 'tomorrow' }, false)).toEqual({ original_timestamp: 'tomorrow' });
    expect(attributesOf({ time, timeText: 'today' }, true)).toEqual({});
  });

  it('leaves the attributes of the draft as they were', () => {
    const attributes = Object.freeze(Object.assign(emptyAttributes(), { a: 1 }));
    expect(attributesOf({ attributes, severityText: 'AUDIT' })).toEqual({ a: 1, severity_text: 'AUDIT' });
    expect(attributesOf({ attributes })).toEqual({ a: 1 });
  });
});

describe('isUsableTime', () => {
  it.each([
    ['no time', null, false],
    ['the past', NOW - 1_000 * DAY_US, true],
    ['a day ahead', NOW + DAY_US, true],
    ['more than a day ahead', NOW + DAY_US + 1, false],
  ])('of %s', (_what, timestamp, isUsable) => {
    expect(isUsableTime(timestamp === null ? null : { timestamp, precision: 1 }, NOW)).toBe(isUsable);
  });
});
