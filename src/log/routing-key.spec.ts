import fc from 'fast-check';
import { anySeverity } from '../../test/support/arbitrary-logs';
import { cleanService } from './limits';
import { parseRoutingKey, routingKeyOf } from './routing-key';

describe('parseRoutingKey', () => {
  it.each([
    ['shop.info', 'shop', 'info'],
    ['web01.example.com.shop.crit', 'web01.example.com.shop', 'fatal'],
    ['shop.WARNING', 'shop', 'warn'],
    ['error', null, 'error'],
    ['.error', null, 'error'],
    ['shop', 'shop', null],
    ['', null, null],
  ])('reads %j', (key, service, severity) => expect(parseRoutingKey(key)).toMatchObject({ service, severity }));

  it.each([
    ['orders.created', 'orders', 'created'],
    ['shop.', 'shop', ''],
  ])('keeps a last word that is no severity: %j', (key, service, severityText) =>
    expect(parseRoutingKey(key)).toEqual({ service, severity: null, severityText }),
  );
});

describe('routingKeyOf', () => {
  it('is what parseRoutingKey reads, within the 255 bytes of AMQP', () => {
    const service = fc
      .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a.b', 'shop.error', '.', '#', '*.#', 'é'.repeat(300)))
      .map(cleanService);
    fc.assert(
      fc.property(service, anySeverity, (name, severity) => {
        const key = routingKeyOf(name, severity);
        const parsed = parseRoutingKey(key);
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(255);
        expect(parsed.severity).toBe(severity);
        if (Buffer.byteLength(name) <= 200) expect(parsed.service).toBe(name);
        else expect(name.startsWith(parsed.service ?? 'none')).toBe(true);
      }),
    );
  });
});
